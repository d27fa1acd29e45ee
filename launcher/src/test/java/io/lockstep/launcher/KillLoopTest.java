package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.collector.notify.Arrival;
import io.lockstep.collector.store.QuestDbQuery;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of agent, collector and QuestDB in turn, under load and with alerts on their way. How
/// often each: the property `lockstep.kills` (2 when it is not set).
class KillLoopTest {
  private static final int KILLS = Integer.getInteger("lockstep.kills", 2);

  @TempDir Path folder;

  /// By the message's id: how often it came, and whom it was about.
  private final Map<String, AtomicInteger> messages = new ConcurrentHashMap<>();

  private final Map<String, Integer> opened = new ConcurrentHashMap<>();
  private volatile boolean over;
  private volatile int acknowledged;

  @Test
  void whatWasAcknowledgedIsStoredOnceAndEveryAlertArrives() throws Exception {
    int kills = 3 * KILLS;
    BenchServer server = BenchServer.make(folder, kills, 1);
    try (OnCall onCall = OnCall.start(folder, this::arrived);
        var bench = new Bench(folder)) {
      String agent = server.configuration().replaceAll("  gpu: .*\n", "");
      bench.startCollector(onCall.configuration());
      bench.startAgent(agent);
      QuestDbQuery sql = bench.sql();
      Bench.await(
          "rows of all ports",
          Duration.ofMinutes(2),
          () -> Bench.count(sql, "SELECT count_distinct(subject) FROM port") >= kills);
      Thread load = Thread.ofPlatform().start(() -> load(bench.otlp()));
      var random = new Random(1);
      for (int kill = 0; kill < kills; kill++) {
        server.takeDown(kill);
        server.xid(kill, 48, kill);
        Thread.sleep(random.nextInt(1500));
        switch (kill % 3) {
          case 0 -> {
            bench.kill("agent");
            bench.startAgent(agent);
          }
          case 1 -> {
            bench.kill("collector");
            bench.startCollector(onCall.configuration());
          }
          default -> bench.killQuestDb();
        }
        Bench.await("readiness", Duration.ofMinutes(3), bench::ready);
      }
      over = true;
      load.join();
      everyAlertArrived(kills);
      everyPointOnce(bench.sql());
    }
  }

  private void everyAlertArrived(int kills) throws InterruptedException {
    for (int kill = 0; kill < kills; kill++) {
      String port = BenchServer.port(kill);
      Bench.await("message of " + port, Duration.ofMinutes(1), () -> opened.containsKey(port));
      String gpu = BenchServer.pci(kill);
      Bench.await("message of " + gpu, Duration.ofMinutes(1), () -> opened.containsKey(gpu));
    }
    int repeated = messages.values().stream().mapToInt(AtomicInteger::get).map(n -> n - 1).sum();
    System.out.printf(
        "kills %d, messages %d, repeated with the same id %d, points acknowledged %d%n",
        kills, messages.size(), repeated, acknowledged);
    assertThat(repeated).isLessThanOrEqualTo(KILLS);
  }

  private void everyPointOnce(QuestDbQuery sql) throws IOException, InterruptedException {
    String all = " FROM port WHERE host = 'load'";
    Bench.await(
        "every point",
        Duration.ofMinutes(1),
        () -> Bench.count(sql, "SELECT count()" + all) >= acknowledged);
    assertThat(sql.number("SELECT count()" + all)).isEqualTo(acknowledged);
    assertThat(sql.number("SELECT count_distinct(received)" + all)).isEqualTo(acknowledged);
  }

  /// One known value after the other, each sent under its batch id until it is acknowledged.
  private void load(URI collector) {
    var resource = Resource.create(Attributes.builder().put("host.name", "load").build());
    long begin = System.currentTimeMillis() * 1_000_000L;
    try (var writer = new OtlpWriter(resource);
        var client = HttpClient.newHttpClient()) {
      for (int number = 0; !over; number++) {
        Sample sample = Sample.of(Contract.column(Table.PORT, "received"), "load/1", (long) number);
        byte[] body = writer.metrics(List.of(sample), begin + number * 1_000_000L, 0);
        var id = new BatchId("load", begin / 1_000_000, number);
        while (!post(client, collector, id, body)) {
          Thread.sleep(50);
        }
        acknowledged = number + 1;
        Thread.sleep(10);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean post(HttpClient client, URI collector, BatchId id, byte[] body)
      throws InterruptedException {
    var request =
        HttpRequest.newBuilder(collector.resolve("/v1/metrics"))
            .header("Content-Type", "application/x-protobuf")
            .header(BatchId.HEADER, id.header())
            .timeout(Duration.ofSeconds(5))
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException _) {
      return false;
    }
  }

  private void arrived(Arrival arrival) {
    messages.computeIfAbsent(arrival.id(), _ -> new AtomicInteger()).incrementAndGet();
    try {
      var event = new ObjectMapper().readTree(arrival.body());
      if (event.path("type").asText().endsWith("opened")) {
        opened.merge(event.path("data").path("subject").asText(), 1, Integer::sum);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
