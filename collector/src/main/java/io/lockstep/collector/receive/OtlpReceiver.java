package io.lockstep.collector.receive;

import io.lockstep.telemetry.config.ByteSize;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Listen;
import io.lockstep.telemetry.config.Tokens;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes OTLP over HTTP/1.1 (protobuf and JSON) and over gRPC, plain and compressed, from agents
/// and any other OpenTelemetry sender, and hands it to the [Intake]. One event loop reads and
/// answers on both ports; workers inflate and hand over.
public final class OtlpReceiver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OtlpReceiver.class);
  private static final long START_SECONDS_MAX = 10;
  private static final long STOP_SECONDS_MAX = 10;

  private final Vertx vertx;
  private final HttpServer server;
  private final @Nullable HttpServer grpc;
  private final WorkerExecutor workers;
  private final ReceiveCounters counters;
  private final String deployment;

  /// Limits of what is taken.
  ///
  /// @param listen where OTLP/HTTP is taken, and who may send
  /// @param grpcAddress where OTLP/gRPC is taken, `host:port`, with certificate and tokens of
  ///   `listen`; empty for the port before that of `listen`, `none` for nowhere
  /// @param bodyMax of a request as sent
  /// @param inflatedMax of a request after gzip
  /// @param inFlightMax of all requests that are not answered yet, as sent and inflated; more are
  ///   answered 429
  /// @param inFlightPerSenderMax of these, one sender's: with one token, or from one address; never
  ///   more than is still free, once it has more than one request under way
  /// @param requestTimeout for a request to arrive and be answered
  /// @param idleTimeout of a connection between two requests; above what senders pause (60 s in
  ///   OpenTelemetry's SDKs)
  /// @param connectionsMax open at the same time
  public record Config(
      Listen listen,
      String grpcAddress,
      ByteSize bodyMax,
      ByteSize inflatedMax,
      ByteSize inFlightMax,
      ByteSize inFlightPerSenderMax,
      Duration requestTimeout,
      Duration idleTimeout,
      int connectionsMax) {
    /// The yardstick of 1,250 servers sends 105 MB a second and must be heard for the 2 s that a
    /// stalled store may take.
    public static final Config DEFAULT =
        new Config(
            Listen.on("127.0.0.1:4318"),
            "",
            ByteSize.ofMebibytes(16),
            ByteSize.ofMebibytes(64),
            ByteSize.ofMebibytes(256),
            ByteSize.ofMebibytes(128),
            Duration.ofSeconds(30),
            Duration.ofSeconds(120),
            10_000);

    private static final String NOWHERE = "none";

    public Config {
      grpc(listen, grpcAddress);
      positive("body_max", bodyMax.bytes());
      ordered("body_max", bodyMax, "inflated_max", inflatedMax);
      ordered("inflated_max", inflatedMax, "in_flight_per_sender_max", inFlightPerSenderMax);
      ordered("in_flight_per_sender_max", inFlightPerSenderMax, "in_flight_max", inFlightMax);
      if (inflatedMax.bytes() > 1L << 30) {
        throw new IllegalArgumentException(
            "inflated_max must not be above 1GiB, is " + inflatedMax);
      }
      positive("request_timeout", requestTimeout.toMillis());
      if (idleTimeout.compareTo(requestTimeout) <= 0) {
        throw new IllegalArgumentException("idle_timeout must be above request_timeout");
      }
      positive("connections_max", connectionsMax);
      if (connectionsMax > 1_000_000) {
        throw new IllegalArgumentException(
            "connections_max must not be above 1000000, is " + connectionsMax);
      }
    }

    /// Where gRPC is taken; null for nowhere.
    public @Nullable Listen grpc() {
      return grpc(listen, grpcAddress);
    }

    private static @Nullable Listen grpc(Listen listen, String address) {
      if (address.equals(NOWHERE)) {
        return null;
      }
      try {
        return listen.at(address.isEmpty() ? before(listen) : address);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("grpc_address: " + e.getMessage(), e);
      }
    }

    /// 4317 beside 4318, as everywhere.
    private static String before(Listen listen) {
      String host = listen.host().contains(":") ? "[" + listen.host() + "]" : listen.host();
      return host + ":" + Math.max(0, listen.port() - 1);
    }

    private static void positive(String key, long value) {
      if (value <= 0) {
        throw new IllegalArgumentException(key + " must be above 0");
      }
    }

    private static void ordered(String small, ByteSize less, String large, ByteSize more) {
      if (less.bytes() > more.bytes()) {
        throw new IllegalArgumentException(
            small + " must not be above " + large + ", is " + less + " of " + more);
      }
    }
  }

  private OtlpReceiver(
      Vertx vertx,
      HttpServer server,
      @Nullable HttpServer grpc,
      WorkerExecutor workers,
      ReceiveCounters counters,
      String deployment) {
    this.vertx = vertx;
    this.server = server;
    this.grpc = grpc;
    this.workers = workers;
    this.counters = counters;
    this.deployment = deployment;
  }

  /// Starts to listen. Not from an event loop, as it waits for the port.
  ///
  /// @param cluster of everything that comes without a token
  /// @throws ConfigException when the token file can't be used
  /// @throws IOException when the address can't be listened on, or the certificate not be used
  public static OtlpReceiver start(Vertx vertx, Config config, String cluster, Intake intake)
      throws ConfigException, IOException {
    Listen listen = config.listen;
    Tokens tokens = listen.tokenFile() == null ? null : Tokens.read(listen.tokenFile());
    var inFlight =
        new InFlight(
            config.inFlightMax.bytes(),
            config.inFlightPerSenderMax.bytes(),
            2 * config.connectionsMax);
    var counters = new ReceiveCounters(inFlight);
    var workers =
        vertx.createSharedWorkerExecutor("receive", Runtime.getRuntime().availableProcessors());
    var door = new Door(new Senders(tokens, listen.insecure(), cluster), config.bodyMax.bytes());
    var parts =
        new Exchange.Parts(
            vertx,
            workers,
            new HandOver(intake, counters, config.inflatedMax.toInt()),
            inFlight,
            counters,
            new RefusalLog(),
            config);
    var servers = new Servers(vertx, parts, door);
    HttpServer server = servers.http();
    Listen grpcListen = config.grpc();
    HttpServer grpc = grpcListen == null ? null : servers.grpc();
    String deployment =
        await(
            vertx.deployVerticle(_ -> {
              refresh(parts, tokens);
              Future<?> open = open(server, listen);
              return grpc == null || grpcListen == null
                  ? open
                  : open.compose(_ -> open(grpc, grpcListen));
            }));
    LOG.info(
        "receive on address={} port={} grpc={} tls={} tokens={} compression=\"{}\"",
        listen.host(),
        server.actualPort(),
        grpc == null ? "off" : grpc.actualPort(),
        listen.tls(),
        tokens != null,
        Coding.ACCEPTED); // loads zstd's library now, not within the first request
    return new OtlpReceiver(vertx, server, grpc, workers, counters, deployment);
  }

  private static void refresh(Exchange.Parts parts, @Nullable Tokens tokens) {
    if (tokens != null) {
      parts
          .vertx()
          .setPeriodic(
              1_000,
              _ ->
                  parts
                      .workers()
                      .executeBlocking(() -> {
                        tokens.refresh();
                        return true;
                      }));
    }
  }

  private static Future<HttpServer> open(HttpServer server, Listen listen) {
    return server
        .listen(listen.port(), listen.host())
        .recover(e ->
            Future.failedFuture(
                new IOException("can't listen on " + listen.address() + ": " + e, e)));
  }

  private static <T> T await(Future<T> started) throws IOException {
    try {
      return started
          .toCompletionStage()
          .toCompletableFuture()
          .get(START_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IOException(cause == null ? e.toString() : cause.getMessage(), e);
    } catch (TimeoutException e) {
      throw new IOException("can't listen: no answer in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while starting to listen");
    }
  }

  /// The port of OTLP/HTTP.
  public int port() {
    return server.actualPort();
  }

  /// The port of OTLP/gRPC; 0 when it is not taken.
  public int grpcPort() {
    return grpc == null ? 0 : grpc.actualPort();
  }

  public ReceiveCounters counters() {
    return counters;
  }

  /// Takes no more connections, answers what is under way, and ends; at most some seconds. Not from
  /// an event loop. Does nothing the second time.
  @Override
  public void close() {
    try {
      Future<?> http = server.shutdown(STOP_SECONDS_MAX, TimeUnit.SECONDS);
      Future<?> both =
          grpc == null
              ? http
              : Future.join(http, grpc.shutdown(STOP_SECONDS_MAX, TimeUnit.SECONDS));
      both.eventually(() -> vertx.undeploy(deployment))
          .eventually(workers::close)
          .toCompletionStage()
          .toCompletableFuture()
          .get(2 * STOP_SECONDS_MAX, TimeUnit.SECONDS);
      LOG.info("receive off");
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("receive did not end well reason=\"{}\"", e.toString());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
