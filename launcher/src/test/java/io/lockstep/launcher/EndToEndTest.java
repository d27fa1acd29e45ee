package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.store.QuestDbQuery;
import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.TrainingStep;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole line with real processes: a server's files and a job's steps → agent → collector →
/// QuestDB, and a link that goes down → an incident.
class EndToEndTest {
  private static final int RANKS = 8;
  private static final int ITERATIONS = 5;

  @TempDir Path folder;

  @Test
  void whatTheAgentReadsIsInTheStoreOnceAndALinkThatGoesDownIsAnIncident() throws Exception {
    Path port = tree(folder.resolve("root"));
    try (var bench = new Bench(folder)) {
      bench.startCollector();
      bench.startAgent("node-1", folder.resolve("root"));
      QuestDbQuery sql = bench.sql();
      Bench.await(
          "rows of the port",
          Duration.ofMinutes(2),
          () -> Bench.count(sql, "SELECT count() FROM port WHERE host = 'node-1'") >= 5);
      sendSteps(bench);
      Bench.await(
          "steps",
          Duration.ofMinutes(1),
          () -> Bench.count(sql, "SELECT count() FROM rank") >= RANKS * ITERATIONS);
      everyValueOnce(sql);
      Files.writeString(port.resolve("state"), "1: DOWN\n");
      Files.writeString(port.resolve("phys_state"), "2: Polling\n");
      Bench.await("incident", Duration.ofMinutes(2), () -> bench.hasIncident("port-down"));
    }
  }

  /// One port as an H100 server's kernel shows it.
  private static Path tree(Path root) throws IOException {
    Path port = root.resolve("sys/class/infiniband/mlx5_0/ports/1");
    Files.createDirectories(port.resolve("counters"));
    Files.writeString(port.resolve("state"), "4: ACTIVE\n");
    Files.writeString(port.resolve("phys_state"), "5: LinkUp\n");
    Files.writeString(port.resolve("rate"), "400 Gb/sec (4X NDR)\n");
    Files.writeString(port.resolve("link_layer"), "InfiniBand\n");
    Files.writeString(port.resolve("counters/port_rcv_data"), "123456789\n");
    Files.writeString(port.resolve("counters/symbol_error"), "7\n");
    return port;
  }

  private static void everyValueOnce(QuestDbQuery sql) throws IOException {
    assertThat(
            sql
                .rows(
                    "SELECT DISTINCT subject, up, rate, width, received, symbol_error FROM port"
                        + " WHERE host = 'node-1'")
                .stream()
                .map(Object::toString))
        .containsExactly(
            "{subject=mlx5_0/1, up=1, rate=5.0E10, width=4, received=493827156, symbol_error=7}");
    assertThat(sql.rows("SELECT * FROM (SELECT ts, subject, count() AS n FROM port) WHERE n > 1"))
        .isEmpty();
    assertThat(sql.number("SELECT count() FROM rank")).isEqualTo(RANKS * ITERATIONS);
    assertThat(sql.number("SELECT count_distinct(concat(subject, iteration)) FROM rank"))
        .isEqualTo(RANKS * ITERATIONS);
  }

  private static void sendSteps(Bench bench) throws IOException, InterruptedException {
    long now = Instant.now().getEpochSecond() * 1_000_000_000L;
    try (var writer = new OtlpWriter(Resource.empty());
        var client = HttpClient.newHttpClient()) {
      for (int iteration = 0; iteration < ITERATIONS; iteration++) {
        var steps = new ArrayList<TrainingStep>();
        for (int rank = 0; rank < RANKS; rank++) {
          steps.add(step(rank, iteration, now - (ITERATIONS - iteration) * 1_000_000_000L));
        }
        post(client, bench, writer.steps(List.copyOf(steps)));
      }
    }
  }

  private static TrainingStep step(long rank, long iteration, long endNanos) {
    var process =
        Resource.create(
            Attributes.builder()
                .put("host.name", "node-1")
                .put("dl.rank", rank)
                .put("dl.world_size", (long) RANKS)
                .build());
    var attributes =
        Attributes.builder()
            .put("training.job.id", "job")
            .put("training.iteration", iteration)
            .put("training.phase.compute", 0.5)
            .build();
    return new TrainingStep(process, endNanos - 900_000_000L, endNanos, attributes);
  }

  private static void post(HttpClient client, Bench bench, byte[] body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(bench.training().resolve("/v1/traces"))
            .header("Content-Type", "application/x-protobuf")
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
  }
}
