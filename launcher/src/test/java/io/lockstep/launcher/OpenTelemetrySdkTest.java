package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.lockstep.collector.store.QuestDbQuery;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A program of somebody else's, with OpenTelemetry's own Python SDK, sends to the collector; what
/// it sent is read back by SQL.
class OpenTelemetrySdkTest {
  private static final String VERSION = "1.45.2";

  @TempDir Path folder;

  @Test
  void whatThePythonSdkSendsCanBeReadBackBySql() throws Exception {
    Path python = virtualEnvironment();
    try (var bench = new Bench(folder)) {
      bench.startCollector();
      String output = send(python, bench);
      QuestDbQuery sql = bench.sql();
      Bench.await("rows: " + output, Duration.ofMinutes(1), () -> arrived(sql));
      metrics(sql);
      assertThat(sql.rows("SELECT body FROM event WHERE host = 'python-host'"))
          .anySatisfy(row ->
              assertThat(String.valueOf(row.get("body")))
                  .isEqualTo("loss is not finite at step 12: naïve \"quotes\",\nsecond line"));
      assertThat(text(sql, "SELECT job, subject, iteration, compute FROM rank"))
          .containsExactly("{job=4711, subject=rank/3, iteration=41, compute=1.25}");
    }
  }

  /// The SDK exports when it is told to and once more at its end: the same values at two times.
  private static void metrics(QuestDbQuery sql) throws IOException {
    Map<String, ?> counter =
        sql.rows("SELECT * FROM metric WHERE metric = 'app.requests'").getFirst();
    assertThat(String.valueOf(counter.get("attributes")))
        .isEqualTo("{\"route\":\"/a \\\"b\\\", c=d\\\\\"}");
    assertThat(
            text(
                sql,
                "SELECT DISTINCT cluster, host, service, value FROM metric WHERE metric = 'app.requests'"))
        .containsExactly("{cluster=test, host=python-host, service=python-trainer, value=7.0}");
    assertThat(text(sql, "SELECT DISTINCT value FROM metric WHERE metric = 'app.depth'"))
        .containsExactly("{value=-2.5}");
    assertThat(text(sql, "SELECT DISTINCT value FROM metric WHERE metric = 'app.latency.count'"))
        .containsExactly("{value=1.0}");
  }

  private static List<String> text(QuestDbQuery sql, String query) throws IOException {
    return sql.rows(query).stream().map(Object::toString).toList();
  }

  private static boolean arrived(QuestDbQuery sql) {
    return Bench.count(sql, "SELECT count() FROM metric WHERE metric = 'app.latency.count'") > 0
        && Bench.count(sql, "SELECT count() FROM rank") == 1
        && Bench.count(sql, "SELECT count() FROM event WHERE host = 'python-host'") > 0;
  }

  private static String send(Path python, Bench bench) throws IOException, InterruptedException {
    Path script = Path.of("src", "test", "resources", "opentelemetry_sender.py");
    return run(List.of(python.toString(), script.toString(), bench.otlp().toString()), true);
  }

  /// Made once and kept below `target`.
  private static Path virtualEnvironment() throws IOException, InterruptedException {
    Path folder = Path.of("target", "python").toAbsolutePath();
    Path python = folder.resolve("bin/python");
    Path complete = folder.resolve(".complete-" + VERSION);
    if (!Files.exists(complete)) {
      run(List.of("python3", "-m", "venv", folder.toString()), false);
      run(
          List.of(
              python.toString(),
              "-m",
              "pip",
              "install",
              "-q",
              "opentelemetry-sdk==" + VERSION,
              "opentelemetry-exporter-otlp-proto-http==" + VERSION),
          false);
      Files.createFile(complete);
    }
    return python;
  }

  /// @param must whether it is the test's own matter; else its failure skips the test
  private static String run(List<String> command, boolean must)
      throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return abort("skipped: " + command.getFirst() + " is not to be had: " + e.getMessage());
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    boolean good = process.waitFor(2, TimeUnit.MINUTES) && process.exitValue() == 0;
    if (!good && !must) {
      return abort("skipped: no virtual environment with the OpenTelemetry SDK: " + output);
    }
    assertThat(good).as(output).isTrue();
    return output;
  }
}
