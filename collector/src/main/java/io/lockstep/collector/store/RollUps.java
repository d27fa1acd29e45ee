package io.lockstep.collector.store;

import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes one row of each minute in which a subject was heard, for each table: QuestDB reads the
/// minute's rows and writes their roll-up beside, when the minute is over and again when rows of it
/// come late. What was made before is replaced, so that a minute is there once however often it is
/// made.
///
/// One thread, which works a quarter of the time at most: a long past is caught up with slowly, and
/// neither writing nor questions wait for it.
public final class RollUps implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RollUps.class);
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration FAILED = Duration.ofSeconds(10);

  /// A statement that takes longer is too long a piece: QuestDB ends it after twenty seconds.
  private static final Duration PIECE = Duration.ofSeconds(2);

  private static final int MINUTES_MAX = 60;

  private static final int MINUTES_FIRST = 2;

  /// It pauses so many times as long as it worked.
  private static final int REST = 3;

  /// What is kept longer than rows as they came.
  ///
  /// @param enabled whether there is a row for each minute
  /// @param retention how long such rows, and events, are kept; not shorter than rows as they came
  public record Config(boolean enabled, Duration retention) {
    public static final Config DEFAULT = new Config(true, Duration.ofDays(90));

    public Config {
      if (retention.compareTo(Duration.ofHours(1)) < 0) {
        throw new IllegalArgumentException(
            "retention must be at least 1h, is " + Durations.text(retention));
      }
    }
  }

  /// How far they are.
  ///
  /// @param waiting minutes that are to be made, or made anew, of all tables
  /// @param behind how long one of them has been due, at most
  /// @param made minutes that were made or made anew since the start
  /// @param kept minutes that were not made anew, because not all of their rows are there any more
  /// @param trouble why the last try failed; empty when it did not
  public record State(long waiting, Duration behind, long made, long kept, String trouble) {}

  private final StaleMinutes stale;
  private final Supplier<@Nullable QuestDbQuery> store;
  private final InstantSource clock;
  private final Thread thread;
  private final CompletableFuture<@Nullable Void> stop = new CompletableFuture<>();

  private final LongAdder made = new LongAdder();
  private final LongAdder kept = new LongAdder();
  private volatile String trouble = "";
  private volatile boolean known;

  // Of the thread:
  private final Map<Table, Long> awaited = new EnumMap<>(Table.class);
  private final Map<Table, Integer> pieces = new EnumMap<>(Table.class);

  /// @param store null while it is not up
  RollUps(StaleMinutes stale, Supplier<@Nullable QuestDbQuery> store, InstantSource clock) {
    this.stale = stale;
    this.store = store;
    this.clock = clock;
    this.known = !stale.fresh();
    this.thread = Thread.ofVirtual().name("roll-ups").start(this::run);
  }

  StaleMinutes stale() {
    return stale;
  }

  /// Whether it is known what is to be made of what was in the store before.
  boolean known() {
    return known;
  }

  /// How far they are. Any thread.
  public State state() {
    StaleMinutes.Waiting waiting = stale.waiting();
    long behind = Math.max(0, now() - waiting.dueNanos());
    return new State(waiting.minutes(), Duration.ofNanos(behind), made.sum(), kept.sum(), trouble);
  }

  private long now() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private void run() {
    boolean more = false;
    while (!pause(more ? Duration.ZERO : TICK)) {
      more = false;
      QuestDbQuery query = store.get();
      if (query == null) {
        continue;
      }
      try {
        findOut(query);
        more = round(query);
        told("");
      } catch (IOException e) {
        told(String.valueOf(e.getMessage()));
        pause(FAILED);
      } catch (RuntimeException e) {
        LOG.error("a round of roll-ups failed, the next one is tried", e);
      }
    }
  }

  private void told(String now) {
    if (!now.isEmpty() && trouble.isEmpty()) {
      LOG.warn("roll-ups fail, they are tried again reason=\"{}\"", now);
    } else if (now.isEmpty() && !trouble.isEmpty()) {
      LOG.info("roll-ups are made again");
    }
    trouble = now;
  }

  /// Where nobody knows what was done before: all minutes after the last that there is.
  private void findOut(QuestDbQuery query) throws IOException {
    if (known) {
      return;
    }
    for (Table table : RollUp.TABLES) {
      String raw = table.tableName();
      long begin = minute(query, "SELECT min(ts) FROM " + raw);
      long from = Math.max(begin, minute(query, "SELECT max(ts) FROM " + RollUp.name(table)));
      long to = minute(query, "SELECT max(ts) FROM " + raw) + 1;
      if (begin >= 0) {
        stale.add(table, from, Math.min(to, now() / RollUp.MINUTE.toNanos()), now());
      }
    }
    known = true;
  }

  /// @return Unix minutes; −1 where there is none
  private static long minute(QuestDbQuery query, String sql) throws IOException {
    for (Map<String, @Nullable Object> row : query.rows(sql)) {
      for (Object time : row.values()) {
        if (time != null) {
          return Instant.parse(time.toString()).getEpochSecond() / RollUp.MINUTE.toSeconds();
        }
      }
    }
    return -1;
  }

  /// One piece of each table at most.
  ///
  /// @return whether there was one
  private boolean round(QuestDbQuery query) throws IOException {
    boolean some = false;
    for (Table table : RollUp.TABLES) {
      int most = pieces.getOrDefault(table, MINUTES_FIRST);
      StaleMinutes.Span span = stale.next(table, most, now());
      if (span == null || !applied(query, table)) {
        continue;
      }
      long begun = System.nanoTime();
      try {
        make(query, span);
      } catch (IOException e) {
        pieces.put(table, 1); // it may have been too much at a time
        throw e;
      }
      stale.done(span);
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      boolean less = took.compareTo(PIECE) > 0;
      pieces.put(table, less ? Math.max(1, most / 2) : Math.min(MINUTES_MAX, most + 1));
      some = true;
      if (pause(took.multipliedBy(REST))) {
        return false;
      }
    }
    return some;
  }

  /// Whether questions see all rows that the table had when this was asked first.
  private boolean applied(QuestDbQuery query, Table table) throws IOException {
    String sql =
        "SELECT sequencerTxn, writerTxn FROM wal_tables() WHERE name = '" + table.tableName() + "'";
    for (Map<String, ?> row : query.rows(sql)) {
      if (row.get("sequencerTxn") instanceof Long written
          && row.get("writerTxn") instanceof Long seen) {
        long wanted = Math.min(written, awaited.getOrDefault(table, written));
        awaited.put(table, wanted);
        boolean all = seen >= wanted;
        if (all) {
          awaited.remove(table);
        }
        return all;
      }
    }
    return false;
  }

  private void make(QuestDbQuery query, StaleMinutes.Span span) throws IOException {
    Map<String, Long> before = counts(query, span, RollUp.name(span.table()), "sum(samples)");
    if (!before.isEmpty()) {
      Map<String, Long> there = counts(query, span, span.table().tableName(), "count()");
      for (Map.Entry<String, Long> one : before.entrySet()) {
        if (there.getOrDefault(one.getKey(), 0L) < one.getValue()) {
          makeEach(query, span, before, there);
          return;
        }
      }
    }
    query.execute(RollUp.insert(span.table(), span.from(), span.to(), span.hosts()));
    made.add(span.to() - span.from());
  }

  /// Rows of some of the minutes were given up: what came late must not stand for them all.
  private void makeEach(
      QuestDbQuery query, StaleMinutes.Span span, Map<String, Long> before, Map<String, Long> there)
      throws IOException {
    for (long minute = span.from(); minute < span.to(); minute++) {
      String time = RollUp.text(minute).toString();
      if (there.getOrDefault(time, 0L) < before.getOrDefault(time, 0L)) {
        kept.increment();
      } else {
        query.execute(RollUp.insert(span.table(), minute, minute + 1, span.hosts()));
        made.increment();
      }
    }
  }

  /// A number for each minute, by its begin.
  private static Map<String, Long> counts(
      QuestDbQuery query, StaleMinutes.Span span, String table, String what) throws IOException {
    String sql =
        "SELECT ts, %s AS n FROM %s WHERE %s SAMPLE BY 1m ALIGN TO CALENDAR"
            .formatted(what, table, RollUp.rows(span.from(), span.to(), span.hosts()));
    var counts = new HashMap<String, Long>();
    for (Map<String, ?> row : query.rows(sql)) {
      if (row.get("n") instanceof Long number) {
        counts.put(Instant.parse(String.valueOf(row.get("ts"))).toString(), number);
      }
    }
    return counts;
  }

  /// @return whether it is over
  private boolean pause(Duration time) {
    try {
      stop.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      LOG.debug("stopped", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  /// What is left is made after the next start.
  @Override
  public void close() throws IOException {
    stop.complete(null);
    try {
      thread.join(TICK);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    stale.close();
  }
}
