package io.lockstep.collector.http;

import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Listen;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// An operators' server on a free port of loopback, and ways to ask it.
final class Running implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final OperatorServer server;
  private final HttpClient client = HttpClient.newHttpClient();
  final int port;

  private Running(OperatorServer.Config config, OperatorServer.Shown shown) {
    try {
      server = new OperatorServer(vertx, config, shown);
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
    port = server.start().toCompletableFuture().join();
  }

  static OperatorServer.Config config(int maxStreams, List<String> hosts) {
    return new OperatorServer.Config(
        Listen.on("127.0.0.1:0"), hosts, maxStreams, Duration.ofHours(1));
  }

  static OperatorServer.Shown showing(Views... views) {
    return new OperatorServer.Shown(
        "1.2.3", InstantSource.system(), () -> List.of(views), List::of, List::of, List.of());
  }

  /// Open to everybody, as on loopback without tokens.
  static Running open(Views... views) {
    return new Running(config(8, List.of()), showing(views));
  }

  static Running with(OperatorServer.Config config, OperatorServer.Shown shown) {
    return new Running(config, shown);
  }

  /// Open to holders of a token in this file.
  static Running locked(Path tokenFile, Views... views) {
    var listen = new Listen("127.0.0.1:0", null, null, tokenFile, false);
    var config = new OperatorServer.Config(listen, List.of(), 8, Duration.ofHours(1));
    return new Running(config, showing(views));
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20));
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  /// Sends a request as it stands, for what a well-behaved client would not send.
  ///
  /// @return the answer's head and body; the connection is closed
  String raw(String head) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write((head + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() {
    server.stop().toCompletableFuture().join();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    client.close();
  }
}
