package io.lockstep.collector;

import io.lockstep.collector.store.PastReader;
import io.lockstep.collector.store.QuestDbQuery;
import io.lockstep.collector.store.QuestDbServer;
import io.lockstep.collector.store.SeriesStore;
import io.lockstep.collector.window.Recalled;
import io.lockstep.collector.window.Window;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings back to the windows what was known before the collector was started, from the default
/// store. A thread of its own, beside receiving and judging: the windows' thread only takes over
/// what was read. Of what can't be read it says why.
final class Recall {
  private static final Logger log = LoggerFactory.getLogger(Recall.class);

  /// What the journal still had is in the store most times within a second or two.
  private static final Duration SETTLED = Duration.ofSeconds(15);

  /// After so long the window has filled by itself, but for its day.
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final int TRIALS = 3;
  private static final long MICROS = 1_000_000;

  private final SeriesStore store;
  private final QuestDbServer server;
  private final InstantSource clock;
  private final Executor core;
  private final Function<String, @Nullable Window> windows;
  private final Thread thread;

  /// Windows that have nothing back yet; of the thread.
  private final List<Window> waiting = new ArrayList<>();

  /// Those, and the others.
  private final Set<Window> known = new HashSet<>();

  /// @param core the windows' thread
  /// @param windows the window of a cluster, made where there is none yet; null when there is no
  ///   room for it. To be asked on the windows' thread
  Recall(
      SeriesStore store,
      QuestDbServer server,
      InstantSource clock,
      Executor core,
      Function<String, @Nullable Window> windows) {
    this.store = store;
    this.server = server;
    this.clock = clock;
    this.core = core;
    this.windows = windows;
    this.thread = Thread.ofPlatform().daemon().name("recall").unstarted(this::run);
  }

  /// @param first the windows that wait for it
  void start(List<Window> first) {
    first.forEach(Window::awaitRecall);
    waiting.addAll(first);
    known.addAll(first);
    thread.start();
  }

  private void run() {
    try {
      String trouble = "the store did not come up in time";
      if (awaitStore()) {
        trouble = trials();
      }
      for (Window window : waiting) {
        log.warn(
            "what was known before the start can't be read: detectors that look back can't tell"
                + " until they have seen enough cluster={} reason=\"{}\"",
            window.cluster(),
            trouble);
        String why = trouble;
        change(() -> window.forgo(why));
      }
    } catch (InterruptedException e) {
      log.debug("recall stopped", e);
    } catch (IOException e) {
      log.debug("stopping", e);
    }
  }

  private boolean awaitStore() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (store.query() == null) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(LOOK);
    }
    return true;
  }

  /// Reads, and tries again.
  ///
  /// @return why it failed; empty when it did not
  private String trials() throws InterruptedException {
    String trouble = "";
    for (int trial = 0; trial < TRIALS && !waiting.isEmpty(); trial++) {
      try {
        read();
      } catch (IOException e) {
        trouble = String.valueOf(e.getMessage());
        log.info("what was known before the start is asked for again reason=\"{}\"", trouble);
        Thread.sleep(PAUSE);
      }
    }
    return trouble;
  }

  private void read() throws IOException, InterruptedException {
    QuestDbQuery query = store.query();
    if (query == null) {
      throw new IOException("the store is not up");
    }
    settle(query);
    for (String cluster : clusters(query)) {
      Window window = on(() -> Optional.ofNullable(windows.apply(cluster))).orElse(null);
      if (window != null && known.add(window)) {
        change(window::awaitRecall);
        waiting.add(window);
      }
    }
    for (Window window : List.copyOf(waiting)) {
      read(window);
      waiting.remove(window);
    }
  }

  private void read(Window window) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    long now = clock.instant().getEpochSecond();
    PastReader.Registry registry =
        (table, host, subject) -> index(() -> window.subjectToRecall(table, host, subject));
    var reader = new PastReader(server, window, registry, now);
    Recalled recalled = reader.read();
    change(() -> window.recall(recalled));
    log.info(
        "window has back what was known before the start cluster={} since={} day_since={} rows={}"
            + " after={}ms",
        window.cluster(),
        Instant.ofEpochSecond(window.memory().sinceSlot()),
        Instant.ofEpochSecond(window.memory().pastSinceSlot()),
        reader.rows(),
        (System.nanoTime() - begun) / 1_000_000);
  }

  private int index(Supplier<Integer> question) throws IOException {
    try {
      return on(question);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the collector is stopping", e);
    }
  }

  /// Clusters of which the store has rows of the last minutes.
  private List<String> clusters(QuestDbQuery query) throws IOException {
    long from = clock.instant().getEpochSecond() - Window.SECONDS;
    return query.rows("SELECT DISTINCT cluster FROM host WHERE ts >= " + from * MICROS).stream()
        .map(row -> String.valueOf(row.get("cluster")))
        .toList();
  }

  /// Waits until questions see what was acknowledged before, as far as the store takes it soon.
  private void settle(QuestDbQuery query) throws IOException, InterruptedException {
    long end = System.nanoTime() + SETTLED.toNanos();
    try {
      store.flush().toCompletableFuture().get(SETTLED.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      log.debug("the journal is not in the store yet", e);
    }
    Map<String, Long> written = transactions(query, "sequencerTxn");
    while (System.nanoTime() < end && !applied(query, written)) {
      Thread.sleep(LOOK);
    }
  }

  private static boolean applied(QuestDbQuery query, Map<String, Long> written) throws IOException {
    Map<String, Long> now = transactions(query, "writerTxn");
    return written.entrySet().stream()
        .allMatch(one -> now.getOrDefault(one.getKey(), Long.MAX_VALUE) >= one.getValue());
  }

  private static Map<String, Long> transactions(QuestDbQuery query, String which)
      throws IOException {
    var all = new HashMap<String, Long>();
    for (Map<String, ?> row : query.rows("wal_tables()")) {
      if (row.get(which) instanceof Long number) {
        all.put(String.valueOf(row.get("name")), number);
      }
    }
    return all;
  }

  /// Asks on the windows' thread.
  private <T> T on(Supplier<T> question) throws IOException, InterruptedException {
    try {
      return CompletableFuture.supplyAsync(question, core).get();
    } catch (ExecutionException e) {
      throw new IOException("the window does not take it: " + e.getCause(), e);
    } catch (RejectedExecutionException e) {
      throw new IOException("the collector is stopping", e);
    }
  }

  /// Changes something on the windows' thread.
  private void change(Runnable change) throws IOException, InterruptedException {
    var _ =
        on(() -> {
          change.run();
          return "";
        });
  }

  void close() {
    thread.interrupt();
  }
}
