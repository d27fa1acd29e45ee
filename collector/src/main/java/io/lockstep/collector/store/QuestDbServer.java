package io.lockstep.collector.store;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.lockstep.telemetry.config.ByteSize;
import io.lockstep.telemetry.config.Durations;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a QuestDB running beside the collector: a child process on its own data folder, so that a
/// native fault in it never takes the collector down. Starts it, makes its tables, watches it, and
/// starts it again when it dies.
public final class QuestDbServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QuestDbServer.class);

  /// Opening large tables and applying what was written last takes time after a crash.
  private static final Duration START = Duration.ofMinutes(5);

  private static final Duration STOP = Duration.ofSeconds(12);
  private static final Duration WATCH = Duration.ofSeconds(1);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(30);

  /// The default store.
  ///
  /// @param port where it listens on loopback; 0 for any free port, said in the log
  /// @param heapMebibytes bound of its Java heap, MiB; QuestDB's native buffers come on top
  /// @param retention how long rows are kept as they came, at least an hour
  /// @param rollups what is kept longer: a row for each minute, and events
  /// @param keepFree while less of its disk is free, or less than a tenth of it where that is less,
  ///   the oldest hours are given up
  /// @param settings QuestDB's own settings (`server.conf`), which win over ours but for addresses,
  ///   users and passwords
  public record Config(
      int port,
      int heapMebibytes,
      Duration retention,
      RollUps.Config rollups,
      ByteSize keepFree,
      Map<String, String> settings) {
    public static final Config DEFAULT =
        new Config(
            0,
            512,
            Duration.ofDays(1),
            RollUps.Config.DEFAULT,
            ByteSize.ofMebibytes(4096),
            Map.of());

    public Config {
      settings = Map.copyOf(settings);
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("port must be 0 to 65535, is " + port);
      }
      if (heapMebibytes < 128) {
        throw new IllegalArgumentException(
            "heap_mebibytes must be at least 128, is " + heapMebibytes);
      }
      if (retention.compareTo(Duration.ofHours(1)) < 0) {
        throw new IllegalArgumentException(
            "retention must be at least 1h, is " + Durations.text(retention));
      }
    }

    /// How long what is kept longest is kept.
    Duration longest() {
      boolean shorter = rollups.retention().compareTo(retention) < 0;
      return shorter ? retention : rollups.retention();
    }
  }

  private final Config config;
  private final ReadAccess readAccess;
  private final QuestDbFolder folder;
  private final String classPath;
  private final InstantSource clock;
  private final Thread supervisor;
  private final CompletableFuture<StoreAddress> firstReady = new CompletableFuture<>();

  private final CompletableFuture<@Nullable Void> stop = new CompletableFuture<>();

  private volatile @Nullable QuestDbProcess process;
  private volatile @Nullable StoreAddress address;
  private volatile int readPort;
  private volatile String password = "";
  private volatile ServerState state;

  /// @param readAccess who else may read it
  /// @param folder its data folder, made where it is missing; one collector only may use it
  /// @param classPath where the child finds QuestDB and [QuestDbMain], as [#ownClassPath()]
  /// @param clock for the times in [#state()]
  public QuestDbServer(
      Config config, ReadAccess readAccess, Path folder, String classPath, InstantSource clock) {
    this.config = config;
    this.readAccess = readAccess;
    this.folder = new QuestDbFolder(folder.toAbsolutePath(), readAccess);
    this.classPath = classPath;
    this.clock = clock;
    this.state = ServerState.starting(clock.instant());
    this.supervisor = Thread.ofVirtual().name("questdb-supervisor").unstarted(this::supervise);
  }

  /// The child's class path when the collector runs from jars or class folders: QuestDB's and ours.
  public static String ownClassPath() {
    return locationOf(QuestDbMain.class)
        + File.pathSeparator
        + locationOf(io.questdb.ServerMain.class);
  }

  private static Path locationOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("no file holds " + type.getName(), e);
    }
  }

  /// Starts the child and its supervision; returns at once.
  public void start() {
    supervisor.start();
  }

  /// Done with the first start: the address, or an [IOException] that says what is in the way. The
  /// supervisor goes on trying either way.
  public CompletionStage<StoreAddress> firstReady() {
    return firstReady.minimalCompletionStage();
  }

  /// Where it listens now; null while it does not. Another port may come with each start.
  public @Nullable StoreAddress address() {
    return address;
  }

  /// The port at which readers are let in over PostgreSQL's protocol; 0 while they are not.
  public int readPort() {
    return readPort;
  }

  public ServerState state() {
    return state;
  }

  /// Where [QuestDbExport] answers; 0 while it does not.
  int exportPort() {
    QuestDbProcess running = process;
    return address == null || running == null ? 0 : running.exportPort();
  }

  /// Asks in SQL for an answer of many rows.
  ///
  /// @throws IOException when it is not up, or refuses
  public QuestDbRows rows(String sql) throws IOException {
    int port = exportPort();
    if (port == 0) {
      throw new IOException("QuestDB is not up");
    }
    return QuestDbRows.ask(port, password, sql);
  }

  /// That the store's disk is full, as the end of a sentence; empty when it is not.
  String shortOfRoom() {
    return folder.room(config.keepFree(), state.room()).words();
  }

  /// The child's process id; −1 while there is no child.
  public long pid() {
    QuestDbProcess running = process;
    return running == null || !running.alive() ? -1 : running.pid();
  }

  private void supervise() {
    Duration pause = FIRST_PAUSE;
    while (!stop.isDone()) {
      long started = System.nanoTime();
      String reason = run();
      address = null;
      readPort = 0;
      if (stop.isDone()) {
        return;
      }
      if (System.nanoTime() - started > LAST_PAUSE.toNanos() * 2) {
        pause = FIRST_PAUSE;
      }
      state = state.with(folder.room(config.keepFree(), state.room()));
      reason += state.room().words();
      if (!reason.equals(state.reason())) {
        LOG.error("questdb down reason=\"{}\" restart_in={}s", reason, pause.toSeconds());
      }
      state = state.down(reason, clock.instant());
      firstReady.completeExceptionally(new IOException("QuestDB: " + reason));
      await(stop, pause);
      pause = pause.multipliedBy(2).compareTo(LAST_PAUSE) > 0 ? LAST_PAUSE : pause.multipliedBy(2);
    }
  }

  /// One run of the child.
  ///
  /// @return why it ended, or could not begin
  private String run() {
    QuestDbProcess child = null;
    try {
      long begun = System.nanoTime();
      Orphan.end(folder.root());
      password = folder.prepare(config.port(), config.settings());
      child = QuestDbProcess.start(folder, config.heapMebibytes(), classPath);
      process = child;
      await(CompletableFuture.anyOf(stop, child.listening()), START);
      if (stop.isDone()) {
        return "stopped";
      }
      int port = child.port();
      var ready =
          StoreAddress.withPassword("http://127.0.0.1:" + port, QuestDbFolder.USER, password);
      Schema.apply(new QuestDbQuery(ready), config);
      address = ready;
      state = state.ready(clock.instant());
      LOG.info(
          "questdb ready url={} data={} pid={} after={}ms",
          ready.url(),
          folder.root(),
          child.pid(),
          (System.nanoTime() - begun) / 1_000_000);
      tellReaders(child.readPort());
      firstReady.complete(ready);
      watch(child, new QuestDbWatch(ready, config, folder, clock));
      return child.alive() ? "it answers nothing" : "it died, " + child.ending();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return "stopped";
    } finally {
      if (child != null && child.alive()) {
        child.stop(STOP);
      }
    }
  }

  private void tellReaders(int port) {
    readPort = port;
    if (port != 0) {
      LOG.info(
          "questdb read_access on address={}:{} user={} password_file={}",
          readAccess.host(),
          port,
          ReadAccess.USER,
          folder.readPasswordFile());
    }
  }

  /// Returns when the child has ended or hangs.
  private void watch(QuestDbProcess child, QuestDbWatch watch) {
    var over = CompletableFuture.anyOf(stop, child.ended());
    while (!await(over, WATCH)) {
      state = watch.look(state);
      if (watch.deaf()) {
        return;
      }
    }
  }

  /// Waits for an end, whatever it is.
  ///
  /// @return whether it has come
  private static boolean await(CompletableFuture<?> end, Duration atMost) {
    try {
      end.get(atMost.toMillis(), MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return end.isDone();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  /// Stops the child in order, within some seconds; kills it when that bound is over.
  @Override
  public void close() {
    stop.complete(null);
    address = null;
    try {
      supervisor.join(STOP.plusSeconds(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    QuestDbProcess running = process;
    if (running != null && running.alive()) {
      running.kill();
    }
    state = state.stopped(clock.instant());
  }
}
