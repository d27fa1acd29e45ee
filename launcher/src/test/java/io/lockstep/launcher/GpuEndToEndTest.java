package io.lockstep.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.agent.sample.Once;
import io.lockstep.agent.sample.Samplers;
import io.lockstep.collector.store.QuestDbQuery;
import io.lockstep.simulator.NvmlStandIn;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Eight GPUs through the whole line: what NVML says is what `--once` prints, what the store has
/// and what the page shows; and each fault becomes an event, a state and an incident.
class GpuEndToEndTest {
  private static final int GPUS = 8;

  /// They move by themselves.
  private static final Set<String> MOVING = Set.of("lockstep.gpu.state.age");

  @TempDir Path folder;

  @Test
  void everyValueArrivesAndEachFaultIsToldWhileTheOtherGpusGoOn() throws Exception {
    assumeTrue(NvmlStandIn.possible(), "gcc is not installed");
    BenchServer server = BenchServer.make(folder, 1, GPUS);
    try (var bench = new Bench(folder)) {
      bench.startCollector();
      bench.startAgent(server.configuration());
      QuestDbQuery sql = bench.sql();
      Bench.await(
          "rows of all GPUs",
          Duration.ofMinutes(2),
          () ->
              Bench.count(sql, "SELECT count_distinct(subject) FROM gpu WHERE host = 'bench'")
                      >= GPUS
                  && Bench.count(sql, "SELECT count_distinct(subject) FROM gpu_slow") >= GPUS);
      theStoreHasWhatOnceSays(server, sql);
      thePageShowsIt(bench);
      faults(server, bench, sql);
    }
  }

  private void theStoreHasWhatOnceSays(BenchServer server, QuestDbQuery sql) throws Exception {
    int compared = 0;
    for (JsonNode sample : once(server).path("samples")) {
      String uuid = sample.path("attributes").path("hw.id").asText();
      String name = sample.path("metric").asText();
      Metric metric = Contract.metric(name);
      if (!uuid.startsWith("GPU-") || metric == null || MOVING.contains(name)) {
        continue;
      }
      Column column = metric.column(key -> text(sample.path("attributes").path(key)));
      if (column == null || (column.table() != Table.GPU && column.table() != Table.GPU_SLOW)) {
        continue;
      }
      Object stored = newest(sql, column, uuid);
      assertThat(stored).as("%s of %s", column.name(), uuid).isInstanceOf(Number.class);
      double value = sample.path("value").asDouble();
      assertThat(((Number) stored).doubleValue())
          .as("%s of %s", column.name(), uuid)
          .isCloseTo(value, within(Math.max(1e-9, Math.abs(value) * 1e-6)));
      compared++;
    }
    assertThat(compared).isGreaterThan(30 * GPUS);
  }

  private JsonNode once(BenchServer server) throws Exception {
    var out = new ByteArrayOutputStream();
    Samplers.Config config = Samplers.Config.DEFAULT.withNvml(server.library());
    Once.run(config, server.root(), "bench", Once.Format.JSON, new PrintStream(out, true, UTF_8));
    return new ObjectMapper().readTree(out.toByteArray());
  }

  private static @Nullable String text(JsonNode node) {
    return node.isTextual() ? node.asText() : null;
  }

  private static @Nullable Object newest(QuestDbQuery sql, Column column, String uuid)
      throws IOException {
    List<Map<String, @Nullable Object>> rows =
        sql.rows(
            "SELECT "
                + column.name()
                + " AS value FROM "
                + column.table().tableName()
                + " WHERE host = 'bench' AND subject = '"
                + uuid
                + "' AND "
                + column.name()
                + " IS NOT NULL ORDER BY ts DESC LIMIT 1");
    return rows.isEmpty() ? null : rows.getFirst().get("value");
  }

  /// Once the window has sealed the first seconds.
  private static void thePageShowsIt(Bench bench) throws Exception {
    Bench.await("GPUs on the page", Duration.ofMinutes(1), () -> allAreShown(bench));
    JsonNode gpus = host(bench).path("gpus");
    assertThat(gpus).hasSize(GPUS);
    for (int gpu = 0; gpu < GPUS; gpu++) {
      JsonNode shown = gpus.get(gpu);
      assertThat(shown.path("id").asText()).isEqualTo(NvmlStandIn.uuid(gpu));
      assertThat(shown.path("index").asInt()).isEqualTo(gpu);
      assertThat(shown.path("state").asText()).isEqualTo("ok");
      assertThat(shown.path("temperatureCelsius").asDouble()).isEqualTo(40 + gpu);
      assertThat(shown.path("powerWatts").asDouble())
          .isCloseTo((300_000 + gpu) / 1e3, within(1e-3));
      assertThat(shown.path("utilization").asDouble()).isCloseTo((90 + gpu) / 100.0, within(1e-6));
      assertThat(shown.path("memoryUsedBytes").asDouble())
          .isCloseTo(6_000_000_000.0 + gpu, within(512.0));
    }
  }

  private static boolean allAreShown(Bench bench) {
    try {
      int shown = 0;
      for (JsonNode gpu : host(bench).path("gpus")) {
        shown += gpu.path("state").asText().equals("ok") ? 1 : 0;
      }
      return shown == GPUS;
    } catch (IOException _) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void faults(BenchServer server, Bench bench, QuestDbQuery sql) throws Exception {
    server.lose(5);
    server.xid(2, 48, 1);
    server.reportXid(3, 119);
    server.hang(6);
    Bench.await("lost GPU", Duration.ofMinutes(1), () -> found(bench, "gpu-lost", 5));
    Bench.await("XID of the log", Duration.ofMinutes(1), () -> found(bench, "gpu-failing", 2));
    Bench.await("XID of NVML", Duration.ofMinutes(1), () -> found(bench, "gpu-failing", 3));
    Bench.await("hung GPU", Duration.ofMinutes(1), () -> found(bench, "gpu-lost", 6));
    Bench.await("lost GPU's row", Duration.ofMinutes(1), () -> state(sql, 5) == 2);
    Bench.await("hung GPU's row", Duration.ofMinutes(1), () -> state(sql, 6) == 4);
    Bench.await(
        "events",
        Duration.ofMinutes(1),
        () -> Bench.count(sql, "SELECT count() FROM event WHERE name = 'lockstep.gpu.xid'") == 2);
    long before = rows(sql);
    Bench.await("more rows of GPU 0", Duration.ofMinutes(1), () -> rows(sql) >= before + 5);
    for (int gpu : new int[] {0, 1, 2, 3, 4, 7}) {
      assertThat(state(sql, gpu)).isEqualTo(1);
    }
  }

  private static boolean found(Bench bench, String kind, int gpu) {
    try {
      for (JsonNode incident : new Api(bench.page()).incidents()) {
        if (incident.path("kind").asText().equals(kind)
            && incident.path("subject").asText().equals(NvmlStandIn.uuid(gpu))) {
          return true;
        }
      }
      return false;
    } catch (IOException _) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long state(QuestDbQuery sql, int gpu) {
    return Bench.count(
        sql,
        "SELECT state FROM gpu WHERE subject = '"
            + NvmlStandIn.uuid(gpu)
            + "' ORDER BY ts DESC LIMIT 1");
  }

  private static long rows(QuestDbQuery sql) {
    return Bench.count(
        sql,
        "SELECT count() FROM gpu WHERE power IS NOT NULL AND subject = '"
            + NvmlStandIn.uuid(0)
            + "'");
  }

  private static JsonNode host(Bench bench) throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(bench.page().resolve("/api/v1/cluster/hosts/bench")).build();
      return new ObjectMapper().readTree(client.send(request, BodyHandlers.ofByteArray()).body());
    }
  }
}
