package io.lockstep.collector;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.detect.Detectors;
import io.lockstep.collector.notify.Notifier;
import io.lockstep.collector.notify.Told;
import io.lockstep.collector.receive.Intake;
import io.lockstep.collector.receive.Sender;
import io.lockstep.collector.receive.SeriesLimit;
import io.lockstep.collector.state.Delivery;
import io.lockstep.collector.state.State;
import io.lockstep.collector.store.PastStore;
import io.lockstep.collector.store.QuestDbServer;
import io.lockstep.collector.store.SeriesStore;
import io.lockstep.collector.store.StoreResult;
import io.lockstep.collector.window.Watched;
import io.lockstep.collector.window.Window;
import io.lockstep.collector.window.WindowSize;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.Signal;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.BatchReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where a request's way forks: its rows go into the window, before the detectors, and to the
/// store. Neither waits for the other; the sender is answered when the rows are kept for the store.
///
/// One thread, `core`, owns windows, alert book and state; others read requests beside it.
final class Core implements Intake, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Core.class);
  private static final int CLUSTERS_MAX = 64;
  private static final int READERS = 2;
  private static final Duration ROUND = Duration.ofSeconds(1);
  private static final Duration SETTLED = Duration.ofMillis(20);
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration STUCK = Duration.ofSeconds(30);

  private final CollectorConfig config;
  private final InstantSource clock;
  private final SeriesStore store;
  private final State state;
  private final Notifier notifier;
  private final Deque<Done> done = new ArrayDeque<>();
  private final ReentrantLock doneLock = new ReentrantLock();
  private final BatchReader reader;
  private final SeriesLimit series;
  private final AlertBook book;
  private final StoreWatch storeWatch;
  private final @Nullable PastStore past;
  private final @Nullable Recall recall;
  private final Map<String, Watch> watches = new ConcurrentHashMap<>();
  private final ExecutorService reading =
      Executors.newFixedThreadPool(
          READERS, Thread.ofPlatform().daemon().name("read-", 0).factory());
  private final ScheduledExecutorService core =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("core").factory());
  private final ThreadMXBean processorTime = ManagementFactory.getThreadMXBean();
  private final Tenured tenured =
      new Tenured(() -> windows().stream().mapToLong(window -> window.size().bytes()).sum());
  private boolean roundFailed;
  private volatile long lastRound = System.nanoTime();
  private volatile Rounds rounds = Rounds.NONE;

  /// What the rounds have cost, and how far they have come.
  ///
  /// @param count rounds since the start
  /// @param processorNanos processor time of the thread that makes them, in rounds
  /// @param judgedUntilNanos what arrived of the time before this has been judged, Unix nanoseconds
  /// @param endedNanos when the last one ended, Unix nanoseconds
  record Rounds(long count, long processorNanos, long judgedUntilNanos, long endedNanos) {
    static final Rounds NONE = new Rounds(0, 0, 0, 0);
  }

  /// What became of a delivery, until it is on the disk.
  private record Done(Delivery delivery, CompletableFuture<Void> written) {}

  Core(
      CollectorConfig config,
      InstantSource clock,
      SeriesStore store,
      State state,
      Notifier notifier) {
    this.config = config;
    this.clock = clock;
    this.store = store;
    this.state = state;
    this.notifier = notifier;
    this.reader = new BatchReader(config.taken());
    this.series = new SeriesLimit(config.series(), new SecureRandom());
    this.book = new AlertBook(config.alert(), state.load(), state.waiting());
    this.storeWatch = new StoreWatch(config.cluster());
    watch(config.cluster());
    QuestDbServer server = store.server();
    this.past = server == null ? null : new PastStore(server);
    this.recall =
        server == null ? null : new Recall(store, server, clock, core, this::windowToRecall);
  }

  private @Nullable Window windowToRecall(String cluster) {
    Watch watch = watch(cluster);
    return watch == null ? null : watch.window();
  }

  void start() {
    log.info(
        "window keeps ten minutes by the second and 24 hours by ten minutes; of 10,000 GPUs, 10,000"
            + " ports, 1,250 servers and 10,000 ranks at most {}; heap_max={}MiB",
        WindowSize.full(10_000, 10_000, 1_250, 10_000).words(),
        Runtime.getRuntime().maxMemory() >> 20);
    if (recall == null) {
      windows().forEach(window -> window.forgo("only the default store can be asked for it"));
    } else {
      recall.start(windows());
    }
    notifier.start(state.outbox(), this::record);
    // Soon after a second ends, because that is when one more is sealed.
    long intoSecond = Math.floorMod(nanos(clock.instant()), ROUND.toNanos());
    ScheduledFuture<?> rounds =
        core.scheduleAtFixedRate(
            this::round,
            ROUND.plus(SETTLED).toNanos() - intoSecond,
            ROUND.toNanos(),
            TimeUnit.NANOSECONDS);
    lastRound = System.nanoTime();
    log.debug("rounds {}", rounds);
  }

  /// Whether rounds come to their end; what the watchdog asks.
  boolean lives() {
    return System.nanoTime() - lastRound < STUCK.toNanos();
  }

  /// How many series there are, and what was refused beyond their bounds.
  SeriesLimit.State series() {
    return series.state();
  }

  AlertBook book() {
    return book;
  }

  /// The windows of all clusters that have been heard, the configured one first.
  List<Window> windows() {
    return watches.values().stream()
        .map(Watch::window)
        .sorted((a, b) ->
            a.cluster().equals(config.cluster())
                ? -1
                : b.cluster().equals(config.cluster()) ? 1 : a.cluster().compareTo(b.cluster()))
        .toList();
  }

  /// Rounds of a detector that ended in a bug.
  long detectorFailures() {
    return watches.values().stream().mapToLong(Watch::failures).sum();
  }

  private @Nullable Watch watch(String cluster) {
    Watch known = watches.get(cluster);
    if (known != null) {
      return known;
    }
    if (watches.size() >= CLUSTERS_MAX) {
      return null;
    }
    return watches.computeIfAbsent(
        cluster,
        name -> new Watch(new Window(name, config.window()), Detectors.all(config.detect())));
  }

  @Override
  public CompletionStage<Answer> take(
      Sender sender, Signal signal, @Nullable BatchId id, byte[] protobuf) {
    long arrival = nanos(clock.instant());
    try {
      return CompletableFuture.supplyAsync(
              () -> read(sender, signal, id, protobuf, arrival), reading)
          .thenCompose(read -> read);
    } catch (RejectedExecutionException _) {
      return CompletableFuture.completedFuture(new Answer.Later(SOON, "the collector is stopping"));
    }
  }

  private CompletionStage<Answer> read(
      Sender sender, Signal signal, @Nullable BatchId id, byte[] protobuf, long arrival) {
    Batch batch;
    try {
      batch =
          reader.read(
              sender.cluster(), sender.hosts(), sender.name(), signal, id, protobuf, arrival);
    } catch (OtlpException e) {
      return CompletableFuture.completedFuture(
          new Answer.Malformed(String.valueOf(e.getMessage())));
    }
    return take(series.bound(sender.name(), batch, arrival), arrival);
  }

  private CompletionStage<Answer> take(Batch batch, long arrival) {
    CompletionStage<?> judged =
        CompletableFuture.runAsync(() -> append(batch, arrival), core)
            .exceptionally(e -> {
              log.error("a batch could not be judged", e);
              return null;
            });
    Answer answer = answer(batch, store.write(batch));
    // An event that is acknowledged does not come again: what follows from it must be on the disk.
    return batch.events().isEmpty()
        ? CompletableFuture.completedFuture(answer)
        : judged.thenApply(_ -> answer);
  }

  private static Answer answer(Batch batch, StoreResult result) {
    return switch (result) {
      case StoreResult.Kept kept ->
          new Answer.Stored(
              batch.refused() + kept.refused(),
              batch.refused() > 0 ? batch.reason() : kept.reason());
      case StoreResult.Later later -> new Answer.Later(later.retryAfter(), later.reason());
    };
  }

  private void append(Batch batch, long arrival) {
    Watch watch = watch(batch.cluster());
    if (watch != null && watch.window().append(batch, arrival) && !batch.events().isEmpty()) {
      carryOut(watch.happened(book, batch.events(), arrival), arrival);
    }
  }

  /// What the rounds have cost, and how far they have come. Any thread.
  Rounds rounds() {
    return rounds;
  }

  private void round() {
    long begun = processorTime.getCurrentThreadCpuTime();
    try {
      long now = nanos(clock.instant());
      long until = 0;
      for (Watch watch : watches.values()) {
        carryOut(watch.round(book, now), now);
        keepPast(watch.window());
        until = Math.max(until, judgedUntil(watch.window()));
      }
      carryOut(storeWatch.round(book, store.state(), now), now);
      rounds =
          new Rounds(
              rounds.count + 1,
              rounds.processorNanos + processorTime.getCurrentThreadCpuTime() - begun,
              until,
              nanos(clock.instant()));
      tenured.look();
      roundFailed = false;
      lastRound = System.nanoTime();
    } catch (RuntimeException e) {
      // The next round must come, whatever this one met.
      if (!roundFailed) {
        roundFailed = true;
        log.error("a round failed, the next one is tried", e);
      }
    }
  }

  private void keepPast(Window window) {
    window
        .takeClosedSpans()
        .forEach((table, spans) -> {
          if (past != null) {
            List<Watched> subjects = window.subjects(table);
            spans.forEach(span -> past.keep(window.cluster(), table, span, subjects));
          }
        });
  }

  private static long judgedUntil(Window window) {
    return window.sinceSlot() == Long.MAX_VALUE ? 0 : window.edgeNanos(); // nothing came yet
  }

  /// Writes down what happened, with what is to be told of it, and only then tells it.
  private void carryOut(List<Transition> transitions, long now) {
    transitions.forEach(Core::log);
    Told told = notifier.tell(transitions, now);
    state.save(transitions, told.messages(), told.deliveries());
    state.keepWaiting(book.waiting());
    notifier.send(told);
  }

  /// Takes what became of a delivery from its sink's thread. What comes while the disk is busy is
  /// one transaction.
  private CompletionStage<?> record(Delivery delivery) {
    var one = new Done(delivery, new CompletableFuture<>());
    doneLock.lock();
    try {
      done.addLast(one);
    } finally {
      doneLock.unlock();
    }
    try {
      core.execute(this::writeDone);
    } catch (RejectedExecutionException _) {
      // It is stopping: the message is sent again after the next start, with the same id.
      one.written.complete(null);
    }
    return one.written;
  }

  private void writeDone() {
    List<Done> all;
    doneLock.lock();
    try {
      all = List.copyOf(done);
      done.clear();
    } finally {
      doneLock.unlock();
    }
    if (!all.isEmpty()) {
      try {
        state.save(List.of(), List.of(), all.stream().map(Done::delivery).toList());
      } finally {
        all.forEach(one -> one.written.complete(null));
      }
    }
  }

  private static void log(Transition transition) {
    Incident incident = transition.incident();
    log.info(
        "incident {} id={} kind={} subject={} summary=\"{}\"",
        transition.what().name().toLowerCase(Locale.ROOT),
        incident.id(),
        incident.kind().label(),
        incident.subject(),
        incident.told());
  }

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  @Override
  public void close() throws IOException {
    // First: what its lanes are about can still be written down.
    notifier.close();
    if (recall != null) {
      recall.close();
    }
    reading.shutdown();
    core.shutdown();
    try {
      if (!core.awaitTermination(5, TimeUnit.SECONDS)) {
        core.shutdownNow();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    if (past != null) {
      past.close();
    }
    // Numbers that moved since the last transition: a restart shows them as they were.
    state.keep(book.incidents());
    state.close();
  }
}
