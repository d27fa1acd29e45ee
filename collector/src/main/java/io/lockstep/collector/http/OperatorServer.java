package io.lockstep.collector.http;

import io.lockstep.collector.notify.SinkStatus;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Listen;
import io.lockstep.telemetry.config.Tokens;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves operators: health, own metrics, REST, and the page with its live stream. Everything runs
/// on one event loop; views are made on a worker.
public final class OperatorServer {
  private static final Logger log = LoggerFactory.getLogger(OperatorServer.class);
  private static final long TICK_MILLIS = 1000;
  private static final long TOKENS_MILLIS = 5000;

  /// What the kernel may hold for one reader; left alone it grows to megabytes.
  private static final int SEND_BUFFER_BYTES = 256 * 1024;

  private final Vertx vertx;
  private final Listener listener;
  private @Nullable String deployment;

  /// What to listen on, and the limits.
  ///
  /// @param listen address, TLS and token file; in its lines the cluster is what the holder may
  ///   see, `*` for all
  /// @param hosts names that the page is reached by, besides loopback and the address
  /// @param maxStreams readers of the live stream at once
  /// @param sessionIdle how long a login lasts without use
  public record Config(Listen listen, List<String> hosts, int maxStreams, Duration sessionIdle) {
    public static final Config DEFAULT =
        new Config(Listen.on("127.0.0.1:8470"), List.of(), 64, Duration.ofHours(24));

    public Config {
      if (maxStreams < 1) {
        throw new IllegalArgumentException("max_streams must be at least 1, is " + maxStreams);
      }
      if (sessionIdle.compareTo(Duration.ofMinutes(1)) < 0) {
        throw new IllegalArgumentException(
            "session_idle must be at least 1m, is " + sessionIdle.toSeconds() + "s");
      }
      hosts = List.copyOf(hosts);
    }
  }

  /// What the server shows.
  ///
  /// @param version the collector's version
  /// @param clock the collector's clock
  /// @param views one per cluster, the configured one first; never empty; asked on every request
  /// @param troubles what keeps the collector from being ready, in words; empty when it is
  /// @param sinks how those fare that are told of incidents; empty when there are none
  /// @param metrics the collector's own counters, part by part
  public record Shown(
      String version,
      InstantSource clock,
      Supplier<List<Views>> views,
      Supplier<List<String>> troubles,
      Supplier<List<SinkStatus>> sinks,
      List<MetricSource> metrics) {
    public Shown {
      metrics = List.copyOf(metrics);
    }
  }

  /// A server that does not listen yet.
  ///
  /// @throws ConfigException when the token file can't be used
  public OperatorServer(Vertx vertx, Config config, Shown shown) throws ConfigException {
    this.vertx = vertx;
    Path file = config.listen().tokenFile();
    this.listener = new Listener(config, shown, file == null ? null : Tokens.read(file));
  }

  /// Begins to listen.
  ///
  /// @return the port; fails when it is taken
  public CompletionStage<Integer> start() {
    return vertx
        .deployVerticle(listener)
        .map(id -> {
          deployment = id;
          return listener.port();
        })
        .toCompletionStage();
  }

  /// Stops listening; streams end.
  public CompletionStage<Void> stop() {
    String id = deployment;
    return (id == null ? Future.<Void>succeededFuture() : vertx.undeploy(id)).toCompletionStage();
  }

  /// The server on its event loop.
  private static final class Listener extends VerticleBase {
    private final Config config;
    private final Shown shown;
    private final @Nullable Tokens tokens;
    private @Nullable HttpServer server;

    Listener(Config config, Shown shown, @Nullable Tokens tokens) {
      this.config = config;
      this.shown = shown;
      this.tokens = tokens;
    }

    @Override
    public Future<?> start() {
      var counts = new HttpCounts();
      var feeds = new Feeds(vertx, shown.views(), shown.clock(), counts);
      var access = new Access(tokens, config.listen().tls(), config.sessionIdle(), shown.clock());
      var routes = new Routes(config, shown, access, feeds, counts);
      vertx.setPeriodic(TICK_MILLIS, _ -> feeds.tick());
      if (tokens != null) {
        vertx.setPeriodic(TOKENS_MILLIS, _ -> vertx.executeBlocking(this::refreshTokens));
      }
      HttpServer created = vertx.createHttpServer(options()).requestHandler(routes.router(vertx));
      server = created;
      return created.listen().onSuccess(this::tell);
    }

    /// Without the upgrade from HTTP/1.1 to clear-text HTTP/2: with it one answer in some fifteen
    /// to Java's own client never came (Vert.x 5.0.7). Over TLS browsers speak HTTP/2 as usual.
    private HttpServerOptions options() {
      Listen listen = config.listen();
      var options =
          new HttpServerOptions()
              .setHost(listen.host())
              .setPort(listen.port())
              .setCompressionSupported(true)
              .setCompressionContentSizeThreshold(1024)
              .setMaxInitialLineLength(4096)
              .setMaxHeaderSize(16 * 1024)
              .setSendBufferSize(SEND_BUFFER_BYTES)
              .setHttp2ClearTextEnabled(false)
              .setIdleTimeout(120);
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

    private boolean refreshTokens() {
      if (tokens != null) {
        tokens.refresh();
      }
      return true;
    }

    private void tell(HttpServer listening) {
      log.info(
          "operators address={} port={} tls={} tokens={}",
          config.listen().host(),
          listening.actualPort(),
          config.listen().tls(),
          tokens != null);
    }

    int port() {
      return server == null ? 0 : server.actualPort();
    }
  }
}
