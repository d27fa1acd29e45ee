package io.lockstep.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.OtlpJson;
import io.lockstep.telemetry.otlp.Signal;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.BatchReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SimulateCommandTest {
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    var command = new CommandLine(new SimulateCommand());
    command.setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }

  @Test
  void writesTheSameFileForTheSameSeed(@TempDir Path folder) throws IOException, OtlpException {
    Path one = folder.resolve("one.jsonl");
    Path two = folder.resolve("two.jsonl");
    for (Path file : List.of(one, two)) {
      assertThat(
              run(
                  "--servers=4",
                  "--seed=7",
                  "--step-time=1s",
                  "--duration=12s",
                  "--fault=gpu-slow",
                  "--start=2026-02-03T04:05:06Z",
                  "--file=" + file))
          .as(err::toString)
          .isZero();
    }
    assertThat(one).hasSameBinaryContentAs(two);
    var batches = new ArrayList<Batch>();
    for (String line : Files.readAllLines(one)) {
      batches.add(read(line));
    }
    assertThat(batches).allMatch(batch -> batch.refused() == 0);
    assertThat(batches.stream().mapToLong(batch -> batch.steps().size()).sum()).isPositive();
    var first = batches.stream().flatMap(batch -> batch.rows().stream()).findFirst().orElseThrow();
    assertThat(first.timeNanos()).isEqualTo(Nanos.of(Instant.parse("2026-02-03T04:05:06Z")));
    assertThat(err.toString()).contains("4 servers, 32 ranks, seed 7").contains("gpu-slow at");
  }

  private static Batch read(String line) throws OtlpException {
    Signal signal =
        line.startsWith("{\"resourceMetrics\"")
            ? Signal.METRICS
            : line.startsWith("{\"resourceLogs\"") ? Signal.LOGS : Signal.TRACES;
    byte[] protobuf = OtlpJson.toProtobuf(signal, line.getBytes(UTF_8));
    var reader = new BatchReader(BatchReader.Limits.DEFAULT);
    long now = Nanos.of(Instant.parse("2026-02-03T04:06:00Z"));
    return reader.read("c", _ -> true, "s", signal, null, protobuf, now);
  }

  @Test
  void sendsAsFastAsAcknowledgedWithTheToken(@TempDir Path folder) throws IOException {
    var tokens = new CopyOnWriteArrayList<String>();
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          tokens.add(exchange.getRequestHeaders().getFirst("Authorization"));
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    Path token = Files.writeString(folder.resolve("token"), "a-token-of-some-length\n");
    try {
      int code =
          run(
              "--servers=2",
              "--fault=none",
              "--duration=20s",
              "--rate=max",
              "--token-file=" + token,
              "--url=http://127.0.0.1:" + server.getAddress().getPort());
      assertThat(code).as(err::toString).isZero();
    } finally {
      server.stop(0);
    }
    assertThat(tokens)
        .hasSizeGreaterThan(40)
        .allMatch(one -> one.equals("Bearer a-token-of-some-length"));
    assertThat(err.toString())
        .contains("simulated 20 s: acknowledged=" + tokens.size() + " ")
        .contains("refused=0 dropped=0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--servers=0 | servers must be 1 to 100000, is 0",
        "--servers=many | --servers",
        "--fault=gpu-sloow | --fault: fault \"gpu-sloow\": a kind is one of gpu-slow",
        "--fault=gpu-slow@node-0100/1 | they are node-0001 to node-0064",
        "--step-time=fast | --step-time: a duration is written as",
        "--step-time=1h | step time must be 0.05 to 600 s",
        "--duration=long | --duration: a duration is written as",
        "--rate=2s | --rate must be 1s or max, is \"2s\"",
        "--rate=max | --duration is needed",
        "--file=x | --duration is needed",
        "--url=ftp://x | --url: url must be like http://127.0.0.1:4318",
        "--url=127.0.0.1:4318 | --url: url must be like http://127.0.0.1:4318",
        "--token-file=/nowhere/token | --token-file: /nowhere/token can't be read",
        "--seeds=4 | --seeds",
      })
  void wrongUsageSaysWhatIsRightAndEndsWith2(String argument, String message) {
    assertThat(run(argument)).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() {
    assertThat(run("--servers=1", "--fault=none", "--duration=1s", "--file=/nowhere/x"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("--file: /nowhere/x can't be written");
  }
}
