package io.lockstep.collector.receive;

import io.lockstep.collector.receive.Refusal.Reason;
import io.lockstep.telemetry.config.Listen;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Makes the two servers of the [OtlpReceiver], which share connections' bound, counters and door.
final class Servers {
  /// Calls under way on one connection. OpenTelemetry's exporters have one to ten.
  private static final int STREAMS_MAX = 64;

  /// Of a call's head, bytes; tokens and batch ids are a few hundred.
  private static final int HEAD_BYTES_MAX = 8 << 10;

  /// What a sender may send before it hears that it was read. All that comes is read at once and
  /// counted by [InFlight], so that this bounds no memory; it lets a batch come without waiting.
  private static final int WINDOW_BYTES = 1 << 20;

  private final Vertx vertx;
  private final Exchange.Parts parts;
  private final Door door;
  private final Connections connections;

  Servers(Vertx vertx, Exchange.Parts parts, Door door) {
    this.vertx = vertx;
    this.parts = parts;
    this.door = door;
    this.connections = new Connections(parts.config().connectionsMax(), parts.counters());
  }

  /// HTTP/1.1 only: HTTP/2 brings nothing there but floods of its own.
  HttpServer http() {
    var wire = new HttpWire(door::read);
    var options = options().setHttp2ClearTextEnabled(false).setUseAlpn(false);
    return server(options).requestHandler(request -> Exchange.begin(parts, wire, request));
  }

  /// HTTP/2 only. What Netty and Vert.x do by themselves against its floods is kept: streams that
  /// are opened and reset (200 in 30 s), empty frames, pings and settings whose answers nobody
  /// reads.
  HttpServer grpc() {
    var settings =
        new Http2Settings()
            .setMaxConcurrentStreams(STREAMS_MAX)
            .setMaxHeaderListSize(HEAD_BYTES_MAX)
            .setInitialWindowSize(WINDOW_BYTES);
    var options =
        options()
            .setHttp2ClearTextEnabled(true)
            .setUseAlpn(true)
            .setAlpnVersions(List.of(HttpVersion.HTTP_2))
            .setInitialSettings(settings)
            .setHttp2ConnectionWindowSize(WINDOW_BYTES);
    var wire = new GrpcWire(door);
    var other = new HttpWire(_ -> notGrpc());
    return server(options)
        .requestHandler(request ->
            Exchange.begin(parts, request.version() == HttpVersion.HTTP_2 ? wire : other, request));
  }

  private Refusal notGrpc() {
    return new Refusal(
        Reason.NOT_GRPC,
        "this port takes OTLP over gRPC; OTLP over HTTP is taken at "
            + parts.config().listen().address());
  }

  private HttpServerOptions options() {
    var options =
        new HttpServerOptions()
            .setMaxChunkSize(64 << 10)
            .setAcceptBacklog(4096)
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            .setIdleTimeout(Math.toIntExact(parts.config().idleTimeout().toMillis()));
    Listen listen = parts.config().listen();
    if (listen.tlsCertFile() != null && listen.tlsKeyFile() != null) {
      options
          .setSsl(true)
          .setKeyCertOptions(
              new PemKeyCertOptions()
                  .setCertPath(listen.tlsCertFile().toString())
                  .setKeyPath(listen.tlsKeyFile().toString()));
    }
    return options;
  }

  private HttpServer server(HttpServerOptions options) {
    return vertx
        .createHttpServer(options)
        .connectionHandler(connections::opened)
        .invalidRequestHandler(request -> {
          parts.counters().notHttp();
          HttpServerRequest.DEFAULT_INVALID_REQUEST_HANDLER.handle(request);
        });
  }
}
