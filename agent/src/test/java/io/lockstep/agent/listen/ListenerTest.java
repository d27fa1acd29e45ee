package io.lockstep.agent.listen;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.agent.Certificate;
import io.lockstep.agent.Logged;
import io.lockstep.telemetry.config.Listen;
import io.lockstep.telemetry.otlp.Gzip;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.Signal;
import io.lockstep.telemetry.otlp.TrainingStep;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.GZIPInputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenerTest {
  private static final String PROTOBUF = "application/x-protobuf";
  private static final String JSON = "application/json";
  private static final String LONG = "a 1\n".repeat(500);

  private static final String STEP_JSON =
      """
      {"resourceSpans":[{"resource":{"attributes":[
        {"key":"dl.rank","value":{"intValue":"3"}}]},
        "scopeSpans":[{"spans":[{"name":"training.step",
          "traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174",
          "startTimeUnixNano":"1790000000000000000","endTimeUnixNano":"1790000000500000000",
          "attributes":[{"key":"training.iteration","value":{"intValue":"17"}}]}]}]}]}
      """;

  private record Taken(Signal signal, String body) {}

  @TempDir Path folder;
  private final List<Taken> taken = new CopyOnWriteArrayList<>();
  private final LongAdder refused = new LongAdder();
  private final HttpClient client = HttpClient.newHttpClient();
  private String problem = "";
  private Listener listener;

  @BeforeEach
  void listen() throws Exception {
    listener = start(Listen.on("127.0.0.1:0"));
  }

  @AfterEach
  void close() {
    listener.close();
    client.close();
  }

  @Test
  void takesEachSignalAsProtobuf() throws Exception {
    byte[] step = step(7);
    byte[] event = event();
    assertThat(post("/v1/traces", PROTOBUF, step).statusCode()).isEqualTo(200);
    assertThat(post("/v1/logs", PROTOBUF, event).statusCode()).isEqualTo(200);
    assertThat(taken)
        .containsExactly(new Taken(Signal.TRACES, text(step)), new Taken(Signal.LOGS, text(event)));
  }

  @Test
  void anEmptyRequestIsTakenAndSendsNothing() throws Exception {
    HttpResponse<byte[]> answer = post("/v1/metrics", PROTOBUF, new byte[0]);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains(PROTOBUF);
    assertThat(taken).isEmpty();
  }

  @Test
  void takesJsonAndSendsItOnAsProtobuf() throws Exception {
    HttpResponse<byte[]> answer = post("/v1/traces", JSON + "; charset=utf-8", STEP_JSON);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(new String(answer.body(), UTF_8)).isEqualTo("{}");
    assertThat(taken).hasSize(1);
    assertThat(taken.getFirst().body()).contains("training.step").doesNotContain("scopeSpans");
  }

  @Test
  void takesGzip() throws Exception {
    byte[] step = step(7);
    HttpResponse<byte[]> answer =
        send(
            request("/v1/traces")
                .header("Content-Type", PROTOBUF)
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(gzip(step))));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(taken).containsExactly(new Taken(Signal.TRACES, text(step)));
  }

  @Test
  void makesOneBatchOfWhatComesTogetherAndLosesNothing() throws Exception {
    int ranks = 64;
    var answers = new ArrayList<Future<HttpResponse<byte[]>>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int rank = 0; rank < ranks; rank++) {
        byte[] body = step(rank);
        answers.add(threads.submit(() -> post("/v1/traces", PROTOBUF, body)));
      }
      for (Future<HttpResponse<byte[]>> answer : answers) {
        assertThat(answer.get().statusCode()).isEqualTo(200);
      }
    }
    assertThat(taken).hasSizeLessThan(ranks);
    String all = String.join("", taken.stream().map(Taken::body).toList());
    int length = 0;
    for (int rank = 0; rank < ranks; rank++) {
      byte[] body = step(rank);
      assertThat(all).contains(text(body));
      length += body.length;
    }
    assertThat(all).hasSize(length);
  }

  @Test
  void saysWhatIsWrongWithARequest() throws Exception {
    byte[] step = step(1);
    assertRefused(send(request("/v1/steps").POST(BodyPublishers.noBody())), 404, "/v1/traces");
    assertRefused(send(request("/v1/traces").GET()), 405, "must be POST");
    assertRefused(post("/v1/traces", "text/plain", step), 415, "Content-Type must be");
    assertRefused(
        send(request("/v1/traces").POST(BodyPublishers.ofByteArray(step))), 415, "is absent");
    assertRefused(
        send(
            request("/v1/traces")
                .header("Content-Type", PROTOBUF)
                .header("Content-Encoding", "br")
                .POST(BodyPublishers.ofByteArray(step))),
        415,
        "must be gzip or absent, is br");
    assertRefused(
        send(
            request("/v1/traces")
                .header("Content-Type", PROTOBUF)
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(step))),
        400,
        "not gzip");
    byte[] cut = java.util.Arrays.copyOf(step, step.length - 3);
    assertRefused(post("/v1/traces", PROTOBUF, cut), 400, "Not an OTLP request for /v1/traces");
    assertRefused(post("/v1/traces", JSON, "{\"resourceSpans\":[{"), 400, "Not an OTLP request");
    assertThat(taken).isEmpty();
    assertThat(refused.sum()).isEqualTo(8);
  }

  @Test
  void aPathWithTwoSlashesIsNoneOfItsOwnAndSaidToBe() throws Exception {
    assertRefused(
        post("//v1/traces", PROTOBUF, step(1)), 404, "leave out the one at the address's");
    assertRefused(send(request("//v1/metrics").GET()), 404, "begins with two slashes");
    assertRefused(send(request("//nowhere/healthz").GET()), 404, "Here are /v1/traces");
    assertThat(send(request("//metrics").GET()).statusCode()).isEqualTo(404);
    assertThat(taken).isEmpty();
  }

  @Test
  void takesNothingFromWebPages() throws Exception {
    var page =
        request("/v1/traces")
            .header("Content-Type", PROTOBUF)
            .header("Origin", "https://evil.example")
            .POST(BodyPublishers.ofByteArray(new byte[0]));
    assertRefused(send(page), 403, "web pages");
    assertThat(taken).isEmpty();
  }

  /// A name of a web page's that has been made to point here. Browsers don't say the origin of what
  /// a page reads from its own.
  @Test
  void servesThisMachineUnderItsOwnNamesAlone() throws Exception {
    for (String ours : List.of("127.0.0.1", "localhost", "LocalHost", "127.0.0.7", "[::1]")) {
      assertThat(get("/metrics", ours + ":" + listener.port())).as(ours).contains(" 200 ");
    }
    for (String theirs : List.of("evil.example", "127.0.0.1.evil.example", "[::2]", "10.0.0.1")) {
      assertThat(get("/metrics", theirs + ":" + listener.port()))
          .as(theirs)
          .contains(" 421 ", "Not served under the name", "localhost")
          .doesNotContain("agent 1");
      assertThat(get("/healthz", theirs)).as(theirs).contains(" 421 ");
    }
  }

  @Test
  void whoListensForOthersIsReachedByAnyName() throws Exception {
    Listener open = start(new Listen("0.0.0.0:0", null, null, null, true));
    try {
      assertThat(get(open.port(), "/metrics", "node-7.cluster.example")).contains("agent 1");
    } finally {
      open.close();
    }
  }

  private String get(String path, String host) throws IOException {
    return get(listener.port(), path, host);
  }

  private static String get(int port, String path, String host) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String request =
          "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  @Test
  void saysWhoseRequestsItRefusesOncePerKind() throws Exception {
    List<String> log =
        Logged.during(() -> {
          send(request("/metrik").GET());
          send(request("/metrik2").GET());
          post("/metrics", "text/plain", "x");
          post("/v1/traces", "text/plain", "x");
          send(request("/v1/traces").GET());
          send(request("/v1/logs").GET());
        });
    assertThat(log)
        .satisfiesExactly(
            one -> assertThat(one).contains("a request is", "404", "\"GET /metrik\"", "/metrics"),
            one -> assertThat(one).contains("a request is", "405", "\"POST /metrics\""),
            one -> assertThat(one).contains("training", "415", "\"POST /v1/traces\""),
            one -> assertThat(one).contains("training", "405", "\"GET /v1/traces\""));
  }

  @Test
  void boundsWhatItReadsAndInflates() throws Exception {
    for (int mebibytes : new int[] {3, 5, 40}) {
      assertRefused(
          post("/v1/traces", PROTOBUF, new byte[mebibytes << 20]), 413, "must not be above");
    }
    byte[] bomb = gzip(new byte[200 << 20]);
    assertThat(bomb.length).isLessThan(1 << 20);
    HttpResponse<byte[]> answer =
        send(
            request("/v1/traces")
                .header("Content-Type", PROTOBUF)
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(bomb)));
    assertRefused(answer, 413, "inflated body must not be above");
    assertThat(taken).isEmpty();
  }

  @Test
  void randomBytesDoNoHarm() throws Exception {
    var random = new Random(5);
    for (int i = 0; i < 300; i++) {
      byte[] noise = new byte[1 + random.nextInt(200)];
      random.nextBytes(noise);
      String type = random.nextBoolean() ? PROTOBUF : JSON;
      assertThat(post("/v1/traces", type, noise).statusCode()).isIn(200, 400);
    }
    assertThat(post("/v1/traces", PROTOBUF, step(1)).statusCode()).isEqualTo(200);
  }

  @Test
  void tellsHowTheAgentIs() throws Exception {
    HttpResponse<byte[]> well = send(request("/healthz").GET());
    assertThat(well.statusCode()).isEqualTo(200);
    assertThat(well.body()).isEqualTo("ok\n".getBytes(UTF_8));
    problem = "no tick has ended for 120 s";
    HttpResponse<byte[]> ill = send(request("/healthz").GET());
    assertThat(ill.statusCode()).isEqualTo(503);
    assertThat(new String(ill.body(), UTF_8)).isEqualTo("no tick has ended for 120 s\n");
    HttpResponse<byte[]> metrics = send(request("/metrics").GET());
    assertThat(new String(metrics.body(), UTF_8)).isEqualTo("agent 1\n");
  }

  @Test
  void whatIsOnlyReadTakesNoOtherMethod() throws Exception {
    for (String path : List.of("/metrics", "/healthz")) {
      HttpResponse<byte[]> answer = send(request(path).POST(BodyPublishers.ofString("x 1")));
      assertRefused(answer, 405, "must be GET or HEAD, is POST");
      assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
      assertThat(send(request(path).HEAD()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void asksForATokenWhereOneIsConfigured() throws Exception {
    Path tokens = Files.writeString(folder.resolve("tokens"), "job local * 0123456789abcdef\n");
    listener.close();
    listener = start(new Listen("127.0.0.1:0", null, null, tokens, false));
    byte[] step = step(1);
    assertRefused(post("/v1/traces", PROTOBUF, step), 401, "must be Bearer");
    HttpResponse<byte[]> answer =
        send(
            request("/v1/traces")
                .header("Content-Type", PROTOBUF)
                .header("Authorization", "Bearer 0123456789abcdef")
                .POST(BodyPublishers.ofByteArray(step)));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(send(request("/healthz").GET()).statusCode()).isEqualTo(200);
    assertThat(taken).hasSize(1);
  }

  @Test
  void speaksTlsWhereItHasACertificate() throws Exception {
    Certificate certificate = Certificate.make(folder, "agent");
    listener.close();
    listener = start(new Listen("127.0.0.1:0", certificate.pem(), certificate.key(), null, false));
    try (var tls = HttpClient.newBuilder().sslContext(certificate.context()).build()) {
      URI uri = URI.create("https://127.0.0.1:" + listener.port() + "/v1/traces");
      HttpRequest request =
          HttpRequest.newBuilder(uri)
              .header("Content-Type", PROTOBUF)
              .POST(BodyPublishers.ofByteArray(step(1)))
              .build();
      assertThat(tls.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    }
    assertThat(taken).hasSize(1);
  }

  @Test
  void showsTheCertificateThatItsFilesHoldNow() throws Exception {
    Certificate old = Certificate.make(folder, "old");
    Certificate fresh = Certificate.make(folder, "fresh");
    Path pem = folder.resolve("listen.pem");
    Path key = folder.resolve("listen.key");
    listenWith(old, pem, key);
    assertThat(healthOver(old)).isEqualTo(200);
    Files.writeString(key, "nonsense");
    assertThat(healthOver(old)).as("files that can't be used change nothing").isEqualTo(200);
    Files.writeString(pem, Files.readString(fresh.pem()) + "\n");
    Files.writeString(key, Files.readString(fresh.key()) + "\n");
    assertThat(healthOver(fresh)).isEqualTo(200);
    assertThatThrownBy(() -> healthOver(old)).isInstanceOf(IOException.class);
  }

  /// Begins anew with a copy of a pair in these files.
  private void listenWith(Certificate pair, Path pem, Path key) throws Exception {
    Files.copy(pair.pem(), pem);
    Files.copy(pair.key(), key);
    listener.close();
    listener = start(new Listen("127.0.0.1:0", pem, key, null, false));
  }

  @Test
  void keepsItsPairWhileOneOfTheTwoFilesIsReplaced() throws Exception {
    Certificate old = Certificate.make(folder, "old");
    Certificate fresh = Certificate.make(folder, "fresh");
    Path pem = folder.resolve("listen.pem");
    Path key = folder.resolve("listen.key");
    listenWith(old, pem, key);
    Files.writeString(key, Files.readString(fresh.key()) + "\n");
    List<String> log =
        Logged.during(() -> assertThat(healthOver(old)).as("the pair before").isEqualTo(200));
    assertThat(log)
        .anyMatch(line -> line.contains("kept as it was") && line.contains("the key of"));
    Files.writeString(pem, Files.readString(fresh.pem()) + "\n");
    assertThat(healthOver(fresh)).isEqualTo(200);
  }

  @Test
  void doesNotStartWithAKeyOfAnotherCertificate() throws Exception {
    Certificate one = Certificate.make(folder, "one");
    Certificate other = Certificate.make(folder, "other");
    var mixed = new Listen("127.0.0.1:0", one.pem(), other.key(), null, false);
    for (ThrowingCallable attempt :
        List.<ThrowingCallable>of(() -> start(mixed), () -> ServerTls.check(mixed))) {
      assertThatThrownBy(attempt)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("tls_key_file " + other.key() + " is not the key of")
          .hasMessageContaining("tls_cert_file " + one.pem());
    }
  }

  @Test
  void aLongPageComesCompressedToWhoTakesIt() throws Exception {
    for (String wish : List.of("gzip", "deflate, GZIP;q=0.5", "*", "identity;q=0.1, gzip")) {
      HttpResponse<byte[]> packed = page("/long", wish);
      assertThat(packed.headers().firstValue("Content-Encoding")).as(wish).contains("gzip");
      try (var plain = new GZIPInputStream(new ByteArrayInputStream(packed.body()))) {
        assertThat(new String(plain.readAllBytes(), UTF_8)).isEqualTo(LONG);
      }
    }
    for (String wish : List.of("identity", "gzip;q=0", "gzip; q=0.000", "br", "*, gzip;q=0")) {
      HttpResponse<byte[]> plain = page("/long", wish);
      assertThat(plain.headers().firstValue("Content-Encoding")).as(wish).isEmpty();
      assertThat(new String(plain.body(), UTF_8)).isEqualTo(LONG);
    }
    assertThat(page("/metrics", "gzip").body()).as("not worth it").hasSize("agent 1\n".length());
  }

  private HttpResponse<byte[]> page(String path, String acceptEncoding) throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
              .header("Accept-Encoding", acceptEncoding)
              .build();
      return client.send(request, BodyHandlers.ofByteArray());
    }
  }

  private int healthOver(Certificate trusted) throws Exception {
    try (var tls = HttpClient.newBuilder().sslContext(trusted.context()).build()) {
      URI uri = URI.create("https://127.0.0.1:" + listener.port() + "/healthz");
      return tls.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()).statusCode();
    }
  }

  @Test
  void saysThatItsAddressIsTaken() {
    assertThatThrownBy(() -> start(Listen.on("127.0.0.1:" + listener.port())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("listen.address 127.0.0.1:" + listener.port())
        .hasMessageContaining("choose another port");
  }

  private Listener start(Listen listen) throws Exception {
    Map<String, Listener.Page> pages =
        Map.of(
            "/metrics",
            _ -> new Listener.Shown("text/plain", "agent 1\n"),
            "/long",
            _ -> new Listener.Shown("text/plain", LONG));
    return new Listener(
        listen,
        (signal, _, protobuf) -> taken.add(new Taken(signal, text(protobuf))),
        new Listener.Self(() -> problem, pages),
        InstantSource.system(),
        refused);
  }

  private static void assertRefused(HttpResponse<byte[]> answer, int status, String why) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(new String(answer.body(), UTF_8)).contains(why);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path));
  }

  private HttpResponse<byte[]> post(String path, String type, String body) throws Exception {
    return post(path, type, body.getBytes(UTF_8));
  }

  private HttpResponse<byte[]> post(String path, String type, byte[] body) throws Exception {
    return send(request(path).header("Content-Type", type).POST(BodyPublishers.ofByteArray(body)));
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static byte[] step(int rank) {
    try (var writer = new OtlpWriter(Resource.empty())) {
      var resource = Resource.create(Attributes.builder().put("dl.rank", rank).build());
      var attributes = Attributes.builder().put("training.iteration", 17).build();
      long end = 1_790_000_000_000_000_000L;
      return writer.steps(List.of(new TrainingStep(resource, end - 500_000_000, end, attributes)));
    }
  }

  private static byte[] event() {
    try (var writer = new OtlpWriter(Resource.empty())) {
      var started =
          new Occurrence("training.started", 1_790_000_000_000_000_000L, "started", Map.of());
      return writer.events(List.of(started));
    }
  }

  private static byte[] gzip(byte[] plain) {
    try (var gzip = new Gzip(6)) {
      return gzip.compress(plain);
    }
  }

  /// Bytes as characters, so that they can be compared and searched.
  private static String text(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(bytes);
    return out.toString(java.nio.charset.StandardCharsets.ISO_8859_1);
  }
}
