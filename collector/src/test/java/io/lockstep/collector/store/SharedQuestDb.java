package io.lockstep.collector.store;

import io.lockstep.telemetry.config.ByteSize;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.Point;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One QuestDB child for all tests that leave it as it is: its start is paid once. Tests keep apart
/// by their cluster.
final class SharedQuestDb {
  /// Beyond what a loaded machine needs; no test passes by waiting for it.
  static final Duration LONG = Duration.ofMinutes(2);

  private static final AtomicLong BATCHES = new AtomicLong();
  private static @Nullable SeriesStore store;
  private static @Nullable Path folder;

  private SharedQuestDb() {}

  static synchronized SeriesStore store() throws Exception {
    SeriesStore open = store;
    if (open == null) {
      Path made = Files.createTempDirectory("lockstep-store");
      SeriesStore opened = SeriesStore.open(patient(), made, InstantSource.system());
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> end(opened, made)));
      get(opened.firstReady());
      store = opened;
      folder = made;
      open = opened;
    }
    return open;
  }

  /// The shared child's data folder.
  static Path data() throws Exception {
    store();
    return Objects.requireNonNull(folder).resolve("questdb");
  }

  static QuestDbServer server(SeriesStore store) {
    return Objects.requireNonNull(store.server());
  }

  static QuestDbQuery query(SeriesStore store) {
    return Objects.requireNonNull(store.query());
  }

  /// A store of which a slow machine changes no result.
  static SeriesStore.Config patient() {
    var settings = Map.of("dev.mode.enabled", "true");
    return new SeriesStore.Config(
        SeriesStore.Kind.QUESTDB,
        new QuestDbServer.Config(
            0, 256, Duration.ofDays(7), RollUps.Config.DEFAULT, ByteSize.ofMebibytes(64), settings),
        ReadAccess.DEFAULT,
        SeriesStore.Influx.DEFAULT,
        new StoreWriter.Config(Duration.ofMillis(20), 64, 4096, 1));
  }

  private static void end(SeriesStore store, Path folder) {
    try {
      store.close();
      delete(folder);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(LONG.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
  }

  /// Waits until the question has that answer, and returns the last one.
  static long awaitNumber(QuestDbQuery query, long wanted, String sql) throws Exception {
    long end = System.nanoTime() + LONG.toNanos();
    long number = query.number(sql);
    while (number != wanted && System.nanoTime() < end) {
      Thread.sleep(20);
      number = query.number(sql);
    }
    return number;
  }

  /// Waits until queries see all that is stored.
  static void awaitApplied(QuestDbQuery query) throws Exception {
    awaitNumber(query, 0, "SELECT count() FROM wal_tables() WHERE sequencerTxn <> writerTxn");
  }

  /// Writes, and waits until the store has it.
  static StoreResult write(SeriesStore store, Batch batch) throws Exception {
    StoreResult result = store.write(batch);
    get(store.flush());
    return result;
  }

  static Batch rows(String cluster, List<Row> rows) {
    return batch(cluster, rows, List.of(), List.of(), List.of());
  }

  static Batch points(String cluster, List<Point> points) {
    return new Batch(cluster, null, List.of(), points, List.of(), List.of(), 0, "");
  }

  static Batch batch(
      String cluster, List<Row> rows, List<Point> points, List<Event> events, List<Step> steps) {
    var id = new BatchId("h", 1, BATCHES.getAndIncrement());
    return new Batch(cluster, id, rows, points, events, steps, 0, "");
  }
}
