package io.lockstep.collector.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.collector.CollectorConfig;
import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Configs;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is wrong with a sink is said at the start, with what to do, and without what is secret.
class ConfigTest {
  @TempDir Path folder;

  @Test
  void aWholeSinkIsReadAndPrintedWithoutItsSecrets() throws Exception {
    Path secret = Rig.secret(folder, "oncall");
    Path token = folder.resolve("token");
    Rig.write(token, "Bearer abcdefgh\n");
    CollectorConfig config =
        read(
            """
            notify:
              page: https://lockstep.example/
              sinks:
                - name: oncall
                  url: https://tool.example/hook
                  secret_file: %s
                  severity: critical
                  header_files: {Authorization: %s}
                  timeout: 5s
            """
                .formatted(secret, token));
    open(config);
    String printed = Configs.print(config);
    assertThat(printed).contains(secret.toString(), "severity: critical", "timeout: 5s");
    assertThat(printed).doesNotContain(Files.readString(secret).strip(), "abcdefgh");
    assertThat(read(printed)).isEqualTo(config);
  }

  @Test
  void theExampleInTheDocumentationIsGood() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "notify.md"));
    int begin = page.indexOf("```yaml\n") + 8;
    CollectorConfig config = read(page.substring(begin, page.indexOf("```", begin)));
    assertThat(config.notifier().sinks())
        .singleElement()
        .satisfies(sink -> {
          assertThat(sink.name()).isEqualTo("oncall");
          assertThat(sink.least()).isEqualTo(Severity.WARNING);
          assertThat(sink.headerFiles()).containsOnlyKeys("Authorization");
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: 'on call', url: 'https://a/', secret_file: s | name must be letters",
        "name: a, url: 'ftp://a/', secret_file: s | url of a must be https",
        "name: a, url: 'https:/a', secret_file: s | url of a must be https",
        "name: a, url: 'http://tool.example/', secret_file: s | insecure: true",
        "name: a, url: 'https://me:pass@b/', secret_file: s | header_files",
        "name: a, url: 'https://b/#c', secret_file: s | after '#'",
        "name: a, url: 'https://b:99999/', secret_file: s | port of 1 to 65535",
        "name: a, url: 'https://b/a pass@', secret_file: s | url must be a URL",
        "name: a, url: 'https://b/', secret_file: s, timeout: 0s | is 0s",
        "name: a, url: 'https://b/' | notify.sinks[0].secret_file is missing",
        "name: a, url: 'https://b/', secret_file: s, severity: bad | one of info, warning, critical",
        "name: a, url: 'https://b/', secret_file: s, timeout: 5m | at most 2m",
        "name: a, url: 'https://b/', secret_file: s, header_files: {Webhook-Id: s} | Webhook-Id",
        "name: a, url: 'https://b/', secret_file: s, header_files: {'a b': s} | a b",
        "name: a, url: 'https://b/', secret_file: s, secret: whsec_a | secret is not known",
      })
  void whatCannotBeIsSaid(String sink, String message) {
    assertThatThrownBy(() -> read("notify: {sinks: [{" + sink + "}]}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("collector.yaml")
        .hasMessageNotContaining("pass@");
  }

  @Test
  void theEnvironmentSetsItsKeysToo() throws Exception {
    CollectorConfig config =
        Configs.read(
            null,
            Map.of("LOCKSTEP_NOTIFY_RETRY_AFTER_MAX", "2h"),
            CollectorConfig.DEFAULT,
            CollectorConfig.class);
    assertThat(config.notifier().retryAfterMax()).isEqualTo(Duration.ofHours(2));
    assertThatThrownBy(() -> read("notify: {expirey: 2h}"))
        .hasMessageContaining("did you mean notify.expiry?");
  }

  @Test
  void twoSinksOfOneNameAreRefused() {
    assertThatThrownBy(() ->
            read(
                "notify: {sinks: [{name: a, url: 'https://b/', secret_file: s},"
                    + " {name: a, url: 'https://c/', secret_file: s}]}"))
        .hasMessageContaining("two sinks are named a");
  }

  @Test
  void plainHttpIsForLoopbackOrWhereItIsAllowed() throws Exception {
    for (String url :
        new String[] {"http://127.0.0.1:80/", "http://localhost/", "http://[::1]:8/"}) {
      read("notify: {sinks: [{name: a, url: '" + url + "', secret_file: s}]}");
    }
    read("notify: {sinks: [{name: a, url: 'http://b/', secret_file: s, insecure: true}]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# only a comment",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZ!",
        "whsec_c2hvcnQ=",
      })
  void aSecretThatIsNoneIsSaidWithoutBeingShown(String text) throws Exception {
    Path secret = folder.resolve("secret");
    Rig.write(secret, text);
    assertThatThrownBy(() -> open(sink(secret)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("notify.sinks: a: " + secret)
        .hasMessageContaining("make one: echo")
        .hasMessageNotContaining("MfKQ9r8")
        .hasMessageNotContaining("c2hvcnQ");
  }

  @Test
  void aFileOfAuthoritiesWithoutOneIsSaid() throws Exception {
    Path secret = Rig.secret(folder, "a");
    Path authorities = folder.resolve("ca.pem");
    Rig.write(authorities, "no certificate");
    CollectorConfig config =
        read(
            "notify: {sinks: [{name: a, url: 'https://b/', secret_file: '"
                + secret
                + "', ca_file: '"
                + authorities
                + "'}]}");
    assertThatThrownBy(() -> open(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(authorities + " must hold certificates");
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws Exception {
    assertThatThrownBy(() -> open(sink(folder.resolve("none"))))
        .hasMessageContaining("none does not exist");
    assertThatThrownBy(() -> open(sink(folder)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(folder.toString());
  }

  private CollectorConfig sink(Path secret) throws IOException, ConfigException {
    return read("notify: {sinks: [{name: a, url: 'https://b/', secret_file: '" + secret + "'}]}");
  }

  private CollectorConfig read(String yaml) throws IOException, ConfigException {
    Path file = folder.resolve("collector.yaml");
    Rig.write(file, yaml);
    return Configs.read(file, Map.of(), CollectorConfig.DEFAULT, CollectorConfig.class);
  }

  private static void open(CollectorConfig config) throws ConfigException {
    Vertx vertx = Vertx.vertx();
    try {
      Notifier.open(vertx, config.notifier(), InstantSource.system());
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
