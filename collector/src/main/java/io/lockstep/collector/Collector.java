package io.lockstep.collector;

import io.lockstep.collector.http.ClusterViews;
import io.lockstep.collector.http.OperatorServer;
import io.lockstep.collector.http.Views;
import io.lockstep.collector.notify.Notifier;
import io.lockstep.collector.receive.OtlpReceiver;
import io.lockstep.collector.state.State;
import io.lockstep.collector.store.SeriesStore;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.FolderLock;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole collector, joined: what is received goes to the core, the core to window, detectors
/// and store, and the page shows it.
///
/// ```
/// receive ─┬─▶ store
///          └─▶ window ─▶ detect ─▶ alert ─▶ state
///                                    ├────▶ notify
///                                    └────▶ http
/// ```
public final class Collector implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Collector.class);

  private final Vertx vertx;
  private final SeriesStore store;
  private final Core core;
  private final OtlpReceiver receiver;
  private final OperatorServer operators;
  private final FolderLock lock;

  private Collector(
      FolderLock lock,
      Vertx vertx,
      SeriesStore store,
      Core core,
      OtlpReceiver receiver,
      OperatorServer operators) {
    this.lock = lock;
    this.vertx = vertx;
    this.store = store;
    this.core = core;
    this.receiver = receiver;
    this.operators = operators;
  }

  /// Starts everything; returns when both ports listen. The store may come up later.
  ///
  /// @throws ConfigException when tokens, certificates or secrets can't be used
  /// @throws IOException when a folder can't be written, the state can't be opened, or a port is
  ///   taken
  public static Collector start(CollectorConfig config) throws ConfigException, IOException {
    FolderLock lock = FolderLock.take(config.data(), "data");
    Vertx vertx = vertx();
    try {
      return start(config, lock, vertx);
    } catch (ConfigException | IOException | RuntimeException e) {
      vertx.close();
      lock.close();
      throw e;
    }
  }

  private static Collector start(CollectorConfig config, FolderLock lock, Vertx vertx)
      throws ConfigException, IOException {
    InstantSource clock = InstantSource.system();
    Check.certificate(vertx, "receive.listen", config.receive().listen());
    Check.certificate(vertx, "http.listen", config.http().listen());
    Notifier notifier = Notifier.open(vertx, config.notifier(), clock);
    unpackBelow(config.data().resolve("tmp"));
    State state = State.open(config.data().resolve("state.db"));
    SeriesStore store = SeriesStore.open(config.store(), config.data().resolve("store"), clock);
    var core = new Core(config, clock, store, state, notifier);
    try {
      OtlpReceiver receiver = OtlpReceiver.start(vertx, config.receive(), config.cluster(), core);
      OperatorServer operators = operators(vertx, config, clock, core, store, receiver, notifier);
      core.start();
      log.info(
          "collector on version={} cluster={} otlp={} page={} store={} data={}",
          version(),
          config.cluster(),
          config.receive().listen().address(),
          config.http().listen().address(),
          store.state().kind(),
          config.data());
      return new Collector(lock, vertx, store, core, receiver, operators);
    } catch (ConfigException | IOException | RuntimeException e) {
      core.close();
      store.close();
      throw e;
    }
  }

  /// The libraries of SQLite and zstd come out of their jars as files: below the data folder, not
  /// in the system's own, where a `kill -9` would leave them. SQLite takes away what it left
  /// itself.
  private static void unpackBelow(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "libzstd-jni-*")) {
      for (Path one : left) {
        Files.deleteIfExists(one);
      }
    }
    System.setProperty("org.sqlite.tmpdir", folder.toString());
    System.setProperty("ZstdTempFolder", folder.toString());
  }

  /// Without Vert.x's own cache of files, which nothing here uses and which lies outside the data
  /// folder.
  private static Vertx vertx() {
    var files =
        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setFileSystemOptions(files));
  }

  private static OperatorServer operators(
      Vertx vertx,
      CollectorConfig config,
      InstantSource clock,
      Core core,
      SeriesStore store,
      OtlpReceiver receiver,
      Notifier notifier)
      throws ConfigException, IOException {
    var shown =
        new OperatorServer.Shown(
            version(),
            clock,
            () -> views(core, notifier),
            () -> troubles(store),
            notifier::sinks,
            List.of(
                new CollectorMetrics(core, store, receiver),
                new ClockMetrics(core::windows),
                new NotifyMetrics(notifier, clock)));
    var server = new OperatorServer(vertx, config.http(), shown);
    try {
      server.start().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          "can't serve the page on " + config.http().listen().address() + ": " + cause.getMessage(),
          e);
    }
    return server;
  }

  private static List<Views> views(Core core, Notifier notifier) {
    var views = new ArrayList<Views>();
    core.windows()
        .forEach(window ->
            views.add(
                new ClusterViews(window, core.book(), notifier::deliveries, notifier::sinks)));
    return views;
  }

  private static List<String> troubles(SeriesStore store) {
    var state = store.state();
    return state.ready()
        ? List.of()
        : List.of(
            "store " + state.kind() + " " + state.condition().label() + ": " + state.reason());
  }

  /// Whether what arrives is judged: false when the core's rounds stand still.
  public boolean lives() {
    return core.lives();
  }

  private static String version() {
    String version = Collector.class.getPackage().getImplementationVersion();
    return version == null ? "from source" : version;
  }

  /// Stops taking requests, answers those it has, and stops the store.
  @Override
  public void close() throws IOException {
    receiver.close();
    operators
        .stop()
        .toCompletableFuture()
        .orTimeout(5, TimeUnit.SECONDS)
        .exceptionally(_ -> null)
        .join();
    core.close();
    store.close();
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(5, TimeUnit.SECONDS)
        .exceptionally(_ -> null)
        .join();
    lock.close();
    log.info("collector off");
  }
}
