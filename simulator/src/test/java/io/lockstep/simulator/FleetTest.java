package io.lockstep.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import io.lockstep.telemetry.rows.BatchReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The senders against a real HTTP server on loopback.
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
class FleetTest {
  private static final ClusterSpec SPEC = new ClusterSpec(4, 1, 1);
  private static final long ORIGIN = Recording.ORIGIN;

  /// A request as it came.
  ///
  /// @param port the sender's, which tells its connection
  record Request(
      String path, Map<String, List<String>> headers, int port, long nanoTime, byte[] body) {
    String header(String name) {
      return String.join(",", headers.getOrDefault(name, List.of()));
    }
  }

  /// An answer.
  record Answer(int status, String retryAfter, byte[] body) {
    static final Answer OK = new Answer(200, "", new byte[0]);
  }

  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Set<String> stored = ConcurrentHashMap.newKeySet();
  private volatile Function<Request, Answer> answers = _ -> Answer.OK;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server = server(0);

  private HttpServer server(int port) {
    try {
      var made =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      made.setExecutor(threads);
      made.createContext("/", this::handle);
      made.start();
      return made;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    var request =
        new Request(
            exchange.getRequestURI().getPath(),
            Map.copyOf(exchange.getRequestHeaders()),
            exchange.getRemoteAddress().getPort(),
            System.nanoTime(),
            exchange.getRequestBody().readAllBytes());
    requests.add(request);
    Answer answer = answers.apply(request);
    if (answer.status == 200) {
      stored.add(request.header("Lockstep-batch") + request.path);
    }
    if (!answer.retryAfter.isEmpty()) {
      exchange.getResponseHeaders().set("Retry-After", answer.retryAfter);
    }
    exchange.sendResponseHeaders(answer.status, answer.body.length == 0 ? -1 : answer.body.length);
    exchange.getResponseBody().write(answer.body);
    exchange.close();
  }

  private URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private static Simulation simulation(String... faults) {
    var injected = Injected.place(SPEC, Stream.of(faults).map(Fault::parse).toList());
    return new Simulation(SPEC, injected, ORIGIN);
  }

  private static int expected(int seconds, String... faults) {
    var simulation = simulation(faults);
    var parcels = new ArrayList<Parcel>();
    for (int i = 0; i < seconds; i++) {
      simulation.advance(parcels::add);
    }
    return parcels.size();
  }

  @Test
  void speaksTheAgentsProtocol() throws Exception {
    try (var fleet = new Fleet(SPEC, simulation(), url(), "secret-token-of-this-host")) {
      fleet.runFast(5);
      assertThat(fleet.drain(Duration.ofMinutes(1))).isTrue();
      assertThat(fleet.totals().acknowledged()).isEqualTo(expected(5));
      assertThat(fleet.totals().bytes())
          .isEqualTo(requests.stream().mapToLong(request -> request.body().length).sum());
    }
    var reader = new BatchReader(BatchReader.Limits.DEFAULT);
    for (Request request : requests) {
      assertThat(request.header("Content-type")).isEqualTo("application/x-protobuf");
      assertThat(request.header("Content-encoding")).isEqualTo("gzip");
      assertThat(request.header("Authorization")).isEqualTo("Bearer secret-token-of-this-host");
      BatchId id = BatchId.parse(request.header("Lockstep-batch"));
      Signal signal = signal(request);
      byte[] body = new GZIPInputStream(new ByteArrayInputStream(request.body())).readAllBytes();
      var batch = reader.read("c", id.host()::equals, id.host(), signal, id, body, ORIGIN);
      assertThat(batch.refused()).as(batch.reason()).isZero();
      assertThat(batch.rows().size() + batch.events().size() + batch.steps().size()).isPositive();
    }
    assertThat(stored).hasSize(requests.size());
  }

  private static Signal signal(Request request) {
    return switch (request.path()) {
      case "/v1/metrics" -> Signal.METRICS;
      case "/v1/logs" -> Signal.LOGS;
      case "/v1/traces" -> Signal.TRACES;
      default -> throw new AssertionError(request.path());
    };
  }

  @Test
  void eachServerHasOneConnectionAndKeepsIt() throws Exception {
    try (var fleet = new Fleet(SPEC, simulation(), url(), null)) {
      fleet.runFast(10);
      fleet.drain(Duration.ofMinutes(1));
    }
    var ports = new ConcurrentHashMap<String, Set<Integer>>();
    requests.forEach(request ->
        ports
            .computeIfAbsent(
                BatchId.parse(request.header("Lockstep-batch")).host(),
                _ -> ConcurrentHashMap.newKeySet())
            .add(request.port()));
    assertThat(ports).hasSize(4).allSatisfy((_, own) -> assertThat(own).hasSize(1));
  }

  @Test
  void sendsPlainBodiesWhereAskedTo() throws Exception {
    var config = new Fleet.Config(url(), null, false, 100);
    try (var fleet = new Fleet(SPEC, simulation(), config)) {
      fleet.runFast(2);
      fleet.drain(Duration.ofMinutes(1));
    }
    var reader = new BatchReader(BatchReader.Limits.DEFAULT);
    for (Request request : requests) {
      assertThat(request.headers()).doesNotContainKeys("Content-encoding", "Authorization");
      BatchId id = BatchId.parse(request.header("Lockstep-batch"));
      reader.read("c", _ -> true, "s", signal(request), id, request.body(), ORIGIN);
    }
    assertThat(requests).hasSize(expected(2));
  }

  @Test
  void whatIsNotStoredIsSentAgainAfterTheTimeAskedForUntilItIsOnce() throws Exception {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    answers =
        request ->
            seen.add(request.header("Lockstep-batch"))
                ? new Answer(503, "1", new byte[0])
                : Answer.OK;
    try (var fleet = new Fleet(SPEC, simulation(), url(), null)) {
      fleet.run(Duration.ofSeconds(2));
      assertThat(fleet.drain(Duration.ofMinutes(1))).isTrue();
      assertThat(fleet.totals().again()).isEqualTo(expected(2));
      assertThat(fleet.totals().acknowledged()).isEqualTo(expected(2));
      assertThat(fleet.totals().dropped()).isZero();
    }
    assertThat(stored).hasSize(expected(2));
    for (String id : seen) {
      var times = requests.stream().filter(one -> one.header("Lockstep-batch").equals(id)).toList();
      assertThat(times).hasSize(2);
      assertThat(times.get(1).nanoTime() - times.get(0).nanoTime()).isGreaterThan(900_000_000L);
    }
  }

  @Test
  void whatIsNewIsSentWhileTheStoreIsDown() throws Exception {
    answers = _ -> new Answer(503, "60", new byte[0]);
    try (var fleet = new Fleet(SPEC, simulation(), url(), null)) {
      fleet.run(Duration.ofSeconds(3));
      while (requests.size() < expected(3)) {
        Thread.sleep(5);
      }
      assertThat(fleet.waiting()).isEqualTo(expected(3));
    }
    assertThat(requests.stream().map(one -> one.header("Lockstep-batch")).distinct())
        .hasSize(expected(3));
  }

  @Test
  void whatIsRefusedIsCountedAndNotSentAgain() throws Exception {
    answers =
        request ->
            request.path().equals("/v1/traces")
                ? new Answer(400, "", "no such thing".getBytes(UTF_8))
                : Answer.OK;
    try (var fleet = new Fleet(SPEC, simulation(), url(), null)) {
      fleet.runFast(8);
      assertThat(fleet.drain(Duration.ofMinutes(1))).isTrue();
      long traces = requests.stream().filter(one -> one.path().equals("/v1/traces")).count();
      assertThat(traces).isPositive();
      assertThat(fleet.totals().refused()).isEqualTo(traces);
      assertThat(fleet.totals().acknowledged()).isEqualTo(expected(8) - traces);
    }
    assertThat(requests).hasSize(expected(8));
  }

  @Test
  void partialSuccessIsCounted() throws Exception {
    byte[] partial = {0x0a, 0x02, 0x08, 0x03};
    answers = _ -> new Answer(200, "", partial);
    try (var fleet = new Fleet(SPEC, simulation(), url(), null)) {
      fleet.runFast(1);
      fleet.drain(Duration.ofMinutes(1));
      assertThat(fleet.totals().rejected()).isEqualTo(3L * expected(1));
    }
  }

  @Test
  void ofTooManyThatWaitTheOldestAreDropped() throws Exception {
    answers = _ -> new Answer(503, "60", new byte[0]);
    var config = new Fleet.Config(url(), null, true, 2);
    try (var fleet = new Fleet(SPEC, simulation(), config)) {
      fleet.run(Duration.ofSeconds(3));
      while (fleet.totals().dropped() < expected(3) - 2 * 4) {
        Thread.sleep(5);
      }
      assertThat(fleet.waiting()).isEqualTo(2 * 4);
    }
  }

  @Test
  void aCollectorThatComesLaterGetsEverything() throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (var fleet = new Fleet(SPEC, simulation(), URI.create("http://127.0.0.1:" + port), null)) {
      fleet.run(Duration.ofSeconds(2));
      assertThat(fleet.totals().acknowledged()).isZero();
      server.stop(0);
      server = server(port);
      assertThat(fleet.drain(Duration.ofMinutes(1))).isTrue();
    }
    assertThat(stored).hasSize(expected(2));
  }

  @Test
  void aSilentServersRanksSendForThemselves() throws Exception {
    try (var fleet = new Fleet(SPEC, simulation("host-silent@node-0002"), url(), null)) {
      fleet.runFast(8);
      fleet.drain(Duration.ofMinutes(1));
    }
    var plain =
        requests.stream().filter(one -> !one.headers().containsKey("Lockstep-batch")).toList();
    assertThat(plain).isNotEmpty().allMatch(one -> one.path().equals("/v1/traces"));
    assertThat(requests).noneMatch(one -> one.header("Lockstep-batch").contains("node-0002"));
  }

  @Test
  void anAddressThatIsNoneIsRefused() {
    for (String url : List.of("ftp://x:1", "localhost:4318", "http:///v1", "http://u:p@h:1")) {
      assertThatThrownBy(() -> Fleet.Config.of(URI.create(url), null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("url must be like http://127.0.0.1:4318");
    }
  }
}
