package io.lockstep.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Configs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an operator mistypes: where it stands, which key it is, and what may have been meant.
class BadConfigTest {
  @TempDir Path folder;

  private Config read(String yaml, Map<String, String> environment) throws Exception {
    Path file = Files.writeString(folder.resolve("agent.yaml"), yaml);
    return Configs.read(file, environment, Config.DEFAULT, Config.class);
  }

  /// `\\n` and `\\t` stand for what they look like.
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "intervall: 1s => agent.yaml:1:1: intervall is not known; did you mean interval?",
        "host: a\\nhosts: b => agent.yaml:2:1: hosts is not known; did you mean host?",
        "spool:\\n  byte: 1GiB => agent.yaml:2:3: spool.byte is not known; did you mean spool.bytes?",
        "samplers:\\n  gpu:\\n    librari: x => agent.yaml:3:5: samplers.gpu.librari is not known; did you mean samplers.gpu.library?",
        "interval: 1 => agent.yaml:1:1: interval must be a duration",
        "interval: 1h => interval must be 100ms to 1m",
        "interval: [1s] => agent.yaml:1:1: interval must be",
        "interval: 1s\\ninterval: 2s => agent.yaml:2:1: interval stands twice",
        "spool:\\n\\tbytes: 1GiB => agent.yaml:2:1: not YAML",
        "spool: {bytes: 1GB} => agent.yaml:1:9: spool.bytes must be",
        "spool: 1GiB => agent.yaml:1:1: spool must be a section",
        "spool: {bytes: 1MiB} => agent.yaml:1:9: spool: bytes must be at least 16MiB",
        "collectors: http://c:4318 => agent.yaml:1:1: collectors must be a list",
        "collectors: [] => collectors must name at least one address",
        "collectors: ['c:4318'] => a collector's address must be like http://host:4318",
        "budget: {cpu: much} => agent.yaml:1:10: budget.cpu must be",
        "budget: {cpu: -1} => agent.yaml:1:10: budget: cpu must be above 0.001",
        "judge:\\n  harmless: [port-dwn] => harmless must name rules, of which \"port-dwn\" is none",
        "judge: {aloan: 1m} => agent.yaml:1:9: judge.aloan is not known; did you mean judge.alone?",
        "forward: [{name: a}] => agent.yaml:1:11: forward[0].url is missing",
        "forward: [{name: a, url: 'http://a:1', signal: [logs]}] => forward[0].signal is not known; did you mean forward[0].signals?",
        "forward: [{name: a, url: 'http://a:1', signals: [log]}] => forward[0].signals[0] must be",
        "listen: {address: 0.0.0.0:4319} => listen",
        "host: ~\\nroot: => root",
        "- a => agent.yaml:1:1: must be a map of keys",
        "a: &x 1\\nb: *x => aliases are not supported",
      })
  void isNamedByFileLineColumnAndKey(String yaml, String why) {
    String text = yaml.replace("\\n", "\n").replace("\\t", "\t");
    assertThatThrownBy(() -> read(text, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(why)
        .hasMessageContaining("agent.yaml")
        .message()
        .hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "LOCKSTEP_INTERVAL=soon => LOCKSTEP_INTERVAL: interval must be a duration",
        "LOCKSTEP_BUDGET_CPU=much => LOCKSTEP_BUDGET_CPU: budget.cpu must be",
        "LOCKSTEP_SPOOL_BYTES=1GB => LOCKSTEP_SPOOL_BYTES: spool.bytes must be",
      })
  void aWrongVariableIsNamedByItself(String variable, String why) {
    String[] parts = variable.split("=", 2);
    assertThatThrownBy(() -> read("host: a\n", Map.of(parts[0], parts[1])))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(why);
  }

  @Test
  void theEnvironmentGoesBeforeTheFileAndTheFileBeforeTheDefault() throws Exception {
    Config config =
        read(
            "host: of-the-file\ninterval: 2s\nbudget: {cpu: 0.5}\n",
            Map.of("LOCKSTEP_HOST", "of-the-environment", "LOCKSTEP_BUDGET_CPU", "0.25"));
    assertThat(config.host()).isEqualTo("of-the-environment");
    assertThat(config.budget().cpu()).isEqualTo(0.25);
    assertThat(config.interval()).hasSeconds(2);
    assertThat(config.spool()).isEqualTo(Config.DEFAULT.spool());
    assertThat(config.withHost("of-a-flag").host()).isEqualTo("of-a-flag");
  }

  @Test
  void aFurtherDestinationNeedsANameAndAnAddressOnly() throws Exception {
    Config config = read("forward: [{name: far, url: 'https://far:4318/otlp'}]\n", Map.of());
    assertThat(config.forward()).hasSize(1);
    String printed = Configs.print(config);
    assertThat(read(printed, Map.of())).isEqualTo(config);
  }
}
