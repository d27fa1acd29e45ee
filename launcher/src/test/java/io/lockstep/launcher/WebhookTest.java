package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lockstep.collector.notify.Receiver;
import io.lockstep.simulator.ClusterSpec;
import io.lockstep.simulator.Fault;
import io.lockstep.simulator.Fleet;
import io.lockstep.simulator.Injected;
import io.lockstep.simulator.Simulation;
import io.lockstep.simulator.StepTimes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A fault on a server arrives at the on-call tool, although the collector is killed while it tells
/// of it and another tool is dead.
class WebhookTest {
  private static final ClusterSpec SPEC = new ClusterSpec(4, 1, 1);

  @TempDir Path folder;
  private final List<String> ids = new CopyOnWriteArrayList<>();
  private final CountDownLatch killed = new CountDownLatch(1);

  @Test
  void aMessageUnderWayWhileTheCollectorIsKilledArrivesAgainWithTheSameId() throws Exception {
    HttpServer tool = tool();
    Path secret = folder.resolve("secret");
    Receiver.makeSecret(secret);
    String notify =
        """
        notify:
          sinks:
            - {name: oncall, url: "http://127.0.0.1:%d/hook", secret_file: %s}
            - {name: dead, url: "http://127.0.0.1:1/very-secret-path", secret_file: %s}
        """
            .formatted(tool.getAddress().getPort(), secret, secret);
    try (var bench = new Bench(folder)) {
      bench.startCollector(notify);
      List<Injected> injected =
          Injected.place(SPEC, List.of(Fault.parse("port-flapping@node-0002/mlx5_3/1,start=12s")));
      long origin = Instant.now().getEpochSecond() * 1_000_000_000L;
      var simulation = new Simulation(SPEC, injected, StepTimes.usual(SPEC), origin);
      try (var fleet = new Fleet(SPEC, simulation, bench.otlp(), null)) {
        Thread.ofPlatform().daemon().start(() -> run(fleet));
        Bench.await("message", Duration.ofMinutes(2), () -> !ids.isEmpty());
        bench.killLast();
        killed.countDown();
        bench.startCollector(notify);
        Bench.await("the same again", Duration.ofMinutes(2), () -> ids.size() > 1);
      }
      assertThat(ids.get(1)).isEqualTo(ids.getFirst());
      Bench.await("word of it", Duration.ofMinutes(1), () -> delivered(bench));
      assertThat(ids.stream().filter(ids.getFirst()::equals)).hasSize(2);
      whatIsShown(bench, Files.readString(secret).strip());
    } finally {
      tool.stop(0);
    }
  }

  /// The first answer does not come before the collector is dead.
  private HttpServer tool() throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/hook", this::answer);
    server.start();
    return server;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      ids.add(exchange.getRequestHeaders().getFirst("webhook-id"));
      killed.await();
      exchange.sendResponseHeaders(204, -1);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean delivered(Bench bench) {
    try {
      for (JsonNode incident : new Api(bench.page()).incidents()) {
        for (JsonNode delivery : incident.path("deliveries")) {
          if (delivery.path("message").asText().equals(ids.getFirst())
              && delivery.path("state").asText().equals("delivered")) {
            return true;
          }
        }
      }
      return false;
    } catch (IOException _) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void whatIsShown(Bench bench, String secret) throws IOException, InterruptedException {
    JsonNode sinks = new ObjectMapper().readTree(get(bench, "/api/v1/notify")).path("sinks");
    assertThat(sinks.get(0).path("name").asText()).isEqualTo("oncall");
    assertThat(sinks.get(0).path("state").asText()).isEqualTo("working");
    assertThat(sinks.get(1).path("state").asText()).isEqualTo("retrying");
    assertThat(sinks.get(1).path("queue").asInt()).isPositive();
    assertThat(sinks.get(1).path("lastError").asText()).contains("refused");
    String metrics = get(bench, "/metrics");
    assertThat(metrics)
        .containsPattern(
            "lockstep_notify_deliveries_total\\{sink=\"oncall\",outcome=\"delivered\"} [1-9]")
        .containsPattern("lockstep_notify_queue\\{sink=\"dead\"} [1-9]")
        .containsPattern("lockstep_notify_queue_oldest_seconds\\{sink=\"dead\"} \\d")
        .contains("lockstep_notify_sink_up{sink=\"dead\"} 0");
    assertThat(get(bench, "/healthz")).isEqualTo("alive\n");
    assertThat(get(bench, "/readyz")).isEqualTo("ready\n");
    String log = Files.readString(folder.resolve("collector.log"));
    String all = sinks + metrics + log + get(bench, "/api/v1/incidents");
    assertThat(all).contains("dead").doesNotContain(secret, "very-secret-path");
  }

  private static String get(Bench bench, String path) throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      URI address = bench.page().resolve(path);
      return client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString()).body();
    }
  }

  private static void run(Fleet fleet) {
    try {
      fleet.run(Duration.ofMinutes(5));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
