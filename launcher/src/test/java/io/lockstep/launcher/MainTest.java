package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  /// `lockstep-collector --version` is `collector --version`.
  @ParameterizedTest
  @ValueSource(strings = {"", "collector", "notify", "up", "explain"})
  void eachCommandSaysItsVersion(String command) {
    var said = new StringWriter();
    var line = Main.line().setOut(new PrintWriter(said));
    assertThat(line.execute((command + " --version").strip().split(" ", -1))).isZero();
    assertThat(said.toString()).startsWith("lockstep ").contains("JDK 25");
  }

  @Test
  void anImageWithoutAnAgentIsWrongUsage(@TempDir Path folder) {
    var said = new StringWriter();
    var line = Main.line().setErr(new PrintWriter(said));
    String data = folder.resolve("bench").toString();
    assertThat(line.execute("bench", "agent", "--data", data, "--image", "/nonexistent"))
        .isEqualTo(2);
    assertThat(said.toString())
        .contains("--image must be an unpacked image", "bin/lockstep-agent, is /nonexistent");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--servers 0 | --servers must be 1 to 20000, are 0",
        "--rate 2s | --rate must be 1s or max, is \"2s\"",
        "--shape odd | --shape must be even or agent, is \"odd\"",
        "--duration 0s | --duration must be at least 1s",
        "--peer nosuch | --peer must be victoriametrics, prometheus or otelcol, is nosuch",
        "--page http://127.0.0.1:8470 | --page and --token-file go with --url",
        "--url nonsense | url must be like http://127.0.0.1:4318, is \"nonsense\"",
        "--url http://127.0.0.1:9 --token-file /nope | --token-file: /nope can't be read"
      })
  void aLoadThatCanNotBeIsWrongUsage(String options, String said) {
    var errors = new StringWriter();
    var line = Main.line().setErr(new PrintWriter(errors));
    assertThat(line.execute(("bench ingest " + options).split(" ", -1))).isEqualTo(2);
    assertThat(errors.toString()).contains(said);
  }
}
