package io.lockstep.collector.receive;

import io.lockstep.telemetry.config.ByteSize;
import io.lockstep.telemetry.config.Listen;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPOutputStream;

/// A receiver on a free loopback port, and clients for it.
final class Rig implements AutoCloseable {
  static final String PROTOBUF = "application/x-protobuf";
  static final String JSON = "application/json";

  final Ears ears = new Ears();
  final OtlpReceiver receiver;
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();

  Rig(OtlpReceiver.Config config) throws Exception {
    receiver = OtlpReceiver.start(vertx, config, "here", ears);
  }

  static OtlpReceiver.Config config(Listen listen) {
    var base = OtlpReceiver.Config.DEFAULT;
    return new OtlpReceiver.Config(
        listen,
        base.grpcAddress(),
        base.bodyMax(),
        base.inflatedMax(),
        base.inFlightMax(),
        base.inFlightPerSenderMax(),
        base.requestTimeout(),
        base.idleTimeout(),
        base.connectionsMax());
  }

  static OtlpReceiver.Config config() {
    return config(Listen.on("127.0.0.1:0"));
  }

  static OtlpReceiver.Config limits(long body, long inflated, long inFlight, long perSender) {
    var base = config();
    return new OtlpReceiver.Config(
        base.listen(),
        base.grpcAddress(),
        new ByteSize(body),
        new ByteSize(inflated),
        new ByteSize(inFlight),
        new ByteSize(perSender),
        base.requestTimeout(),
        base.idleTimeout(),
        base.connectionsMax());
  }

  static OtlpReceiver.Config timeouts(Duration request, Duration idle, int connections) {
    var base = config();
    return new OtlpReceiver.Config(
        base.listen(),
        base.grpcAddress(),
        base.bodyMax(),
        base.inflatedMax(),
        base.inFlightMax(),
        base.inFlightPerSenderMax(),
        request,
        idle,
        connections);
  }

  static OtlpReceiver.Config withoutGrpc() {
    var base = config();
    return new OtlpReceiver.Config(
        base.listen(),
        "none",
        base.bodyMax(),
        base.inflatedMax(),
        base.inFlightMax(),
        base.inFlightPerSenderMax(),
        base.requestTimeout(),
        base.idleTimeout(),
        base.connectionsMax());
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + receiver.port() + path));
  }

  HttpResponse<byte[]> sendTo(int port, String path, String type, byte[] body)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .version(HttpClient.Version.HTTP_1_1)
            .header("Content-Type", type)
            .POST(BodyPublishers.ofByteArray(body)));
  }

  HttpRequest.Builder post(String path, String type, byte[] body) {
    return request(path).header("Content-Type", type).POST(BodyPublishers.ofByteArray(body));
  }

  HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> send(String path, String type, byte[] body)
      throws IOException, InterruptedException {
    return send(post(path, type, body));
  }

  CompletableFuture<HttpResponse<byte[]>> sendLater(HttpRequest.Builder request) {
    return client.sendAsync(request.build(), BodyHandlers.ofByteArray());
  }

  /// A plain connection on which a test writes what no client would.
  Socket connect() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), receiver.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  static String readAll(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    var all = new ByteArrayOutputStream();
    try {
      in.transferTo(all);
    } catch (java.net.SocketException _) {
      // The server may reset what it closes; what it said before counts.
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  long count(String name, String... labels) {
    long sum = 0;
    for (Count one : receiver.counters().counts()) {
      if (one.name().equals(name)
          && one.labels().entrySet().containsAll(pairs(labels).entrySet())) {
        sum += one.value();
      }
    }
    return sum;
  }

  private static Map<String, String> pairs(String... labels) {
    return labels.length == 0 ? Map.of() : Map.of(labels[0], labels[1]);
  }

  /// Waits for something that comes sooner or later.
  static void await(BooleanSupplier done) throws InterruptedException {
    for (int i = 0; i < 2_000 && !done.getAsBoolean(); i++) {
      Thread.sleep(10);
    }
    if (!done.getAsBoolean()) {
      throw new AssertionError("did not come within 20 s");
    }
  }

  static byte[] gzip(byte[] plain) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    client.shutdownNow();
    receiver.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
