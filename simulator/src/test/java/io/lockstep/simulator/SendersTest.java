package io.lockstep.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Batch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The load generator against a real HTTP server on loopback.
class SendersTest {
  private final List<Batch> taken = new CopyOnWriteArrayList<>();
  private final List<Integer> ports = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private volatile int status = 200;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/v1/metrics", this::take);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    byte[] body = new GZIPInputStream(exchange.getRequestBody()).readAllBytes();
    BatchId id = BatchId.parse(exchange.getRequestHeaders().getFirst(BatchId.HEADER));
    ports.add(exchange.getRemoteAddress().getPort());
    taken.add(YardstickTest.read(id, body, System.currentTimeMillis() * 1_000_000L));
    byte[] answer = status == 200 ? new byte[0] : "busy".getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private Senders senders(boolean everySecond) {
    var url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    return new Senders(
        new Senders.Config(url, null, 4, everySecond, true, Wire.OTLP, Yardstick.EVEN));
  }

  @Test
  void everyServerSendsItsSecondsOverAConnectionOfItsOwn() throws Exception {
    Tally tally = run(senders(true), 12);
    assertThat(new HashSet<>(ports)).hasSize(4);
    assertThat(tally.acknowledged()).isEqualTo(taken.size() * 600L).isEqualTo(tally.sent());
    assertThat(tally.refused()).isEmpty();
    assertThat(tally.latencies().count()).isEqualTo(taken.size());
    var ids = new HashSet<BatchId>();
    taken.forEach(batch -> ids.add(batch.id()));
    assertThat(ids).hasSize(taken.size());
    assertThat(values()).isEqualTo(tally.sent());
  }

  @Test
  void asFastAsItIsAcknowledgedTimesGoOnByASecondEachAndAreNeverAhead() throws Exception {
    Tally tally = run(senders(false), 40);
    assertThat(tally.acknowledged()).isEqualTo(tally.sent());
    var times =
        taken.stream()
            .filter(batch -> "bench-00000".equals(hostOf(batch)))
            .map(batch -> batch.rows().getFirst().timeNanos())
            .sorted()
            .toList();
    for (int i = 1; i < times.size(); i++) {
      assertThat(times.get(i) - times.get(i - 1)).isEqualTo(Nanos.SECOND);
    }
    assertThat(times.getLast()).isLessThan(System.currentTimeMillis() * 1_000_000L);
  }

  @Test
  void whatIsRefusedIsCountedWithItsReason() throws Exception {
    status = 503;
    Tally tally = run(senders(true), 4);
    assertThat(tally.acknowledged()).isZero();
    assertThat(tally.refused()).containsOnlyKeys("HTTP 503 busy");
    assertThat(tally.refused().values()).containsOnly(tally.sent());
  }

  @Test
  void nobodyWhoListensIsAReasonToo() throws Exception {
    server.stop(0);
    try (Senders senders = senders(true)) {
      senders.start();
      while (senders.tally().refused().isEmpty()) {
        Thread.sleep(20);
      }
      senders.end(Duration.ofSeconds(30));
      assertThat(senders.tally().acknowledged()).isZero();
      assertThat(senders.tally().refused().keySet()).allMatch(why -> why.startsWith("no answer: "));
    }
  }

  private Tally run(Senders senders, int requests) throws InterruptedException {
    try (senders) {
      senders.start();
      while (taken.size() < requests) {
        Thread.sleep(20);
      }
      assertThat(senders.end(Duration.ofSeconds(30))).isTrue();
      return senders.tally();
    }
  }

  private static String hostOf(Batch batch) {
    BatchId id = batch.id();
    return id == null ? "" : id.host();
  }

  private long values() {
    return taken.stream()
        .flatMap(batch -> batch.rows().stream())
        .mapToLong(YardstickTest::values)
        .sum();
  }
}
