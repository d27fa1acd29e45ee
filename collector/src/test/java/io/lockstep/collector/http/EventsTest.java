package io.lockstep.collector.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class EventsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// One reader of the live stream over a plain socket.
  private static final class Reader implements AutoCloseable {
    final Socket socket = new Socket();
    private final BufferedReader in;
    private long read;

    Reader(Running server, String query, int receiveBuffer) throws IOException {
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port));
      socket.setSoTimeout(30_000);
      String ask = "GET /api/v1/events" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
      socket.getOutputStream().write(ask.getBytes(StandardCharsets.UTF_8));
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /// The next event of that name; others are passed over.
    JsonNode next(String name) throws IOException {
      while (!line().equals("event: " + name)) {}
      return JSON.readTree(line().substring("data: ".length()));
    }

    /// The name of the next event.
    String nextName() throws IOException {
      String line;
      do {
        line = line();
      } while (!line.startsWith("event: "));
      return line.substring("event: ".length());
    }

    private String line() throws IOException {
      String line = in.readLine();
      if (line == null) {
        throw new IOException("the stream ended");
      }
      read += line.length();
      return line;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static MadeUpViews cluster(int servers) {
    return new MadeUpViews("alpha", servers, true, Instant.now().minusSeconds(1000));
  }

  @Test
  void theFirstWordIsEverythingAndThenWhatHasChanged() throws Exception {
    try (var server = Running.open(cluster(64));
        var reader = new Reader(server, "?metric=temperature", 0)) {
      assertThat(reader.next("layout").path("hosts")).hasSize(64);
      JsonNode all = reader.next("cells");
      assertThat(all.path("gpus").path("all")).hasSize(512);
      assertThat(all.path("gpus").path("all").path(MadeUpViews.SLOW * 8 + 3).asInt()).isEqualTo(2);
      assertThat(all.path("gpus").path("all").path(MadeUpViews.SILENT * 8).asInt()).isZero();
      assertThat(all.path("ports").path("all")).hasSize(512);
      assertThat(all.path("hosts").path("all").path(MadeUpViews.SILENT).asInt()).isEqualTo(3);
      assertThat(all.path("metric").asText()).isEqualTo("temperature");
      assertThat(all.path("values").path("all").path(0).asInt()).isBetween(40, 90);
      assertThat(all.path("values").path("all").path(MadeUpViews.SILENT * 8).isNull()).isTrue();
      assertThat(reader.next("jobs").path("jobs").path(0).path("steps")).hasSize(256);
      assertThat(reader.next("incidents").path("incidents")).hasSize(4);

      JsonNode changes = reader.next("cells");
      assertThat(changes.has("gpus")).isFalse();
      assertThat(changes.has("ports")).isFalse();
      assertThat(changes.has("values")).isTrue();
      JsonNode job = reader.next("jobs").path("jobs").path(0);
      assertThat(job.path("more").asBoolean()).isTrue();
      assertThat(job.path("steps").size()).isLessThan(4);
    }
  }

  @Test
  void aReaderWithoutMetricGetsNoValues() throws Exception {
    try (var server = Running.open(cluster(4));
        var reader = new Reader(server, "", 0)) {
      assertThat(reader.next("cells").has("values")).isFalse();
      HttpResponse<String> unknown = server.get("/api/v1/events?metric=mood");
      assertThat(unknown.statusCode()).isEqualTo(400);
      assertThat(unknown.body()).contains("temperature, utilization, clock or power");
    }
  }

  @Test
  void aNewLayoutIsToldInFull() throws Exception {
    var views = new Growing();
    try (var server = Running.open(views);
        var reader = new Reader(server, "", 0)) {
      assertThat(reader.next("layout").path("hosts")).hasSize(2);
      views.servers = 3;
      assertThat(reader.next("layout").path("hosts")).hasSize(3);
      assertThat(reader.nextName()).isEqualTo("cells");
    }
  }

  /// A cluster that gets another server.
  private static final class Growing implements Views {
    private volatile int servers = 2;

    @Override
    public String cluster() {
      return "alpha";
    }

    @Override
    public Snapshot at(Instant now) {
      return EventsTest.cluster(servers).at(now);
    }
  }

  @Test
  void oneReaderTooManyIsTurnedAway() throws Exception {
    var config = Running.config(2, List.of());
    try (var server = Running.with(config, Running.showing(cluster(4)));
        var one = new Reader(server, "", 0)) {
      one.next("cells");
      var two = new Reader(server, "", 0);
      two.next("cells");
      HttpResponse<String> refused = server.get("/api/v1/events");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("retry-after")).contains("10");
      assertThat(refused.body()).contains("http.max_streams");
      two.close();
      while (!server.get("/metrics").body().contains("\nlockstep_http_streams 1\n")) {
        Thread.sleep(20);
      }
      try (var three = new Reader(server, "", 0)) {
        three.next("cells");
      }
      assertThat(server.get("/metrics").body()).contains("lockstep_http_streams_refused_total 1\n");
    }
  }

  /// A reader that asks and then does not read: what waits for it stays within its bound, ticks are
  /// left out and counted, others get theirs, and once it reads again it is told everything anew.
  @Test
  void aSlowReaderIsLeftOutAndCatchesUp() throws Exception {
    try (var server = Running.open(new Busy());
        var slow = new Reader(server, "?metric=power", 32_768);
        var quick = new Reader(server, "?metric=power", 0)) {
      quick.next("layout");
      while (dropped(server) < 5) {
        quick.next("cells");
      }
      slow.next("layout");
      long first = slow.read;
      slow.next("layout");
      assertThat(slow.read).isLessThan(6 * first);
      assertThat(slow.next("cells").path("values").path("all")).hasSize(20_000);
    }
  }

  /// A cluster so large that one tick in full does not fit into a socket's buffers. It goes to and
  /// fro between two states.
  private static final class Busy implements Views {
    private final MadeUpViews views = EventsTest.cluster(2500);
    private final Snapshot tick = views.at(Instant.EPOCH);
    private final Snapshot tock = views.at(Instant.EPOCH.plusSeconds(1));

    @Override
    public String cluster() {
      return "alpha";
    }

    @Override
    public Snapshot at(Instant now) {
      Snapshot like = now.getEpochSecond() % 2 == 0 ? tick : tock;
      return new Snapshot(
          new ClusterView("alpha", now, like.cells().hosts()), List.of(), List.of());
    }
  }

  private static long dropped(Running server) throws Exception {
    return metric(server, "lockstep_http_ticks_dropped_total");
  }

  private static long metric(Running server, String name) throws Exception {
    return server
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }
}
