package io.lockstep.collector.store;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Batch;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Group commit: what arrives is kept in the [Journal], which is when its sender is answered, and
/// goes to the store every few seconds, in the order of time.
///
/// A store of wide tables writes the end of a table anew when rows come that are older than its
/// newest; `docs/decisions/0048-journal.md` has what that costs. So rows younger than a moment wait
/// for the next commit, because others of the same time may still be on their way; and rows that
/// are older than what their table has go in commits of their own, seldom.
public final class StoreWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(1);

  /// How long after its time a row may come and still be among those of its time.
  private static final Duration SETTLED = Duration.ofSeconds(2);

  /// Rows of a time further ahead are of a wrong clock, and are not waited for.
  private static final Duration AHEAD = Duration.ofSeconds(10);

  /// How long a row that came late waits for others.
  private static final Duration SELDOM = Duration.ofSeconds(30);

  /// What is committed at a time, and what makes a commit early.
  private static final long COMMIT = 96L << 20;

  private static final long LATE = 32L << 20;
  private static final Duration STOP = Duration.ofSeconds(8);

  /// How lines are kept and committed.
  ///
  /// @param interval time from one commit to the next
  /// @param journalMebibytes bound of what is acknowledged and not in the store, MiB; beyond it,
  ///   senders are told to come later
  /// @param requestKibibytes most that is sent at a time to a store elsewhere, KiB; the default
  ///   store takes a commit as one request
  /// @param refusedMebibytes bound of the file of refused lines, MiB
  public record Config(
      Duration interval, int journalMebibytes, int requestKibibytes, int refusedMebibytes) {
    public static final Config DEFAULT = new Config(Duration.ofSeconds(5), 2048, 4096, 16);

    public Config {
      positive("journal_mebibytes", journalMebibytes);
      positive("request_kibibytes", requestKibibytes);
      positive("refused_mebibytes", refusedMebibytes);
      if (interval.compareTo(Duration.ofMillis(1)) < 0
          || interval.compareTo(Duration.ofMinutes(1)) > 0) {
        throw new IllegalArgumentException(
            "interval must be 1ms to 1m, is " + Durations.text(interval));
      }
    }

    private static void positive(String key, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(key + " must be at least 1, is " + value);
      }
    }
  }

  private final Config config;
  private final long requestBytes;
  private final LineProtocol protocol;
  private final Journal journal;
  private final LinePost post;
  private final RefusedLines refused;
  private final Supplier<Set<Table>> suspended;
  private final StoreReach reach;
  private final @Nullable StaleMinutes minutes;
  private final InstantSource clock;

  private final Thread thread;
  private final Semaphore wake = new Semaphore(0);
  private final ConcurrentLinkedQueue<CompletableFuture<String>> flushes =
      new ConcurrentLinkedQueue<>();
  private final LongAdder storedLines = new LongAdder();
  private final LongAdder storedValues = new LongAdder();
  private final LongAdder skippedRows = new LongAdder();
  private final LongAdder later = new LongAdder();
  private volatile boolean closing;

  // Of the thread:
  private final Deque<Segment> segments = new ArrayDeque<>();
  private final long[] newest = new long[LineWriter.TABLES.size()];
  private LineGroup young = new LineGroup();
  private LineGroup late = new LineGroup();
  private long lateSince;

  /// @param requestBytes most that is sent at a time
  /// @param suspended the tables that the store applies nothing to: while there is one, nothing is
  ///   sent
  /// @param minutes of which it is noted that they get rows; null where nobody asks
  StoreWriter(
      Config config,
      long requestBytes,
      LineProtocol protocol,
      Journal journal,
      LinePost post,
      RefusedLines refused,
      Supplier<Set<Table>> suspended,
      StoreReach reach,
      @Nullable StaleMinutes minutes,
      InstantSource clock) {
    this.config = config;
    this.requestBytes = requestBytes;
    this.protocol = protocol;
    this.journal = journal;
    this.post = post;
    this.refused = refused;
    this.suspended = suspended;
    this.reach = reach;
    this.minutes = minutes;
    this.clock = clock;
    this.thread = Thread.ofPlatform().daemon().name("store").start(this::run);
  }

  /// Keeps a batch. Any thread; for no longer than it takes to write to a file.
  StoreResult write(Batch batch) {
    return write(protocol.of(batch));
  }

  /// Keeps lines, as [#write(Batch)].
  StoreResult write(Lines lines) {
    skippedRows.add(lines.skipped());
    String reason = lines.count() == 0 ? "" : journal.append(lines);
    if (!reason.isEmpty()) {
      later.increment();
      return new StoreResult.Later(SOON, reason);
    }
    if (journal.unread() >= COMMIT && wake.availablePermits() == 0) {
      wake.release();
    }
    return new StoreResult.Kept(lines.skipped(), lines.reason());
  }

  /// Done when the store has all that was kept until now.
  CompletionStage<String> flush() {
    var done = new CompletableFuture<String>();
    flushes.add(done);
    wake.release();
    return done;
  }

  private void run() {
    try {
      while (!closing) {
        if (wake.tryAcquire(config.interval().toNanos(), NANOSECONDS)) {
          wake.drainPermits();
        }
        commit();
      }
      commit();
    } catch (InterruptedException e) {
      LOG.debug("store writer stopped");
    } finally {
      if (!closing) {
        reach.lost("its writer ended, which must not be; restart the collector");
      }
      segments.forEach(Segment::close);
    }
  }

  private void commit() throws InterruptedException {
    CompletableFuture<String> flush = flushes.poll();
    boolean all = flush != null || closing;
    try {
      segments.addAll(journal.take());
      do {
        commitSome(all);
      } while (!segments.isEmpty());
    } catch (RuntimeException e) {
      // A fault of ours in one commit must not end the writing of all others.
      LOG.error("a commit failed; what is kept goes to the store at the next start", e);
      young = new LineGroup();
      late = new LineGroup();
    }
    if (flush != null) {
      flush.complete("");
      if (!flushes.isEmpty()) {
        wake.release();
      }
    }
  }

  private long now() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private void commitSome(boolean all) throws InterruptedException {
    long nanos = now();
    long cut = all ? Long.MAX_VALUE : nanos - SETTLED.toNanos();
    long ahead = nanos + AHEAD.toNanos();
    var prompt = new LineGroup();
    LineGroup waited = young;
    young = new LineGroup();
    for (int i = 0; i < waited.count(); i++) {
      place(
          prompt,
          cut,
          ahead,
          waited.segment(i),
          waited.table(i),
          waited.time(i),
          waited.offset(i),
          waited.length(i));
    }
    long read = 0;
    while (!segments.isEmpty() && read < COMMIT) {
      Segment segment = segments.removeFirst();
      read += segment.size();
      read(segment, prompt, cut, ahead);
    }
    send(prompt);
    noteNewest(prompt, ahead);
    boolean waitedEnough = System.nanoTime() - lateSince >= SELDOM.toNanos();
    if (late.count() > 0 && (all || waitedEnough || late.bytes() >= LATE)) {
      LineGroup old = late;
      late = new LineGroup();
      send(old);
    }
  }

  private void read(Segment segment, LineGroup prompt, long cut, long ahead) {
    try {
      segment.read((table, time, offset, length) ->
          place(prompt, cut, ahead, segment, table, time, offset, length));
      storedValues.add(segment.done() ? segment.values() : 0);
    } catch (IOException e) {
      LOG.error("can't read what is kept; it goes to the store at the next start", e);
    }
  }

  private void place(
      LineGroup prompt,
      long cut,
      long ahead,
      Segment segment,
      int table,
      long time,
      int offset,
      int length) {
    LineGroup group = prompt;
    if (time > ahead || time <= newest[known(table)]) {
      group = late;
      lateSince = late.count() == 0 ? System.nanoTime() : lateSince;
    } else if (time > cut) {
      group = young;
    }
    group.add(segment, table, time, offset, length);
  }

  /// Another version may have had other tables; it is a hint only.
  private int known(int table) {
    return table >= 0 && table < newest.length ? table : 0;
  }

  private void noteNewest(LineGroup group, long ahead) {
    for (int i = 0; i < group.count(); i++) {
      int table = known(group.table(i));
      if (group.time(i) > newest[table] && group.time(i) <= ahead) {
        newest[table] = group.time(i);
      }
    }
  }

  /// Sends the group's lines: as one request, or, when one of them is refused, in pieces around it.
  /// The pieces grow again with each success, so that no number of bad lines makes it quadratic.
  /// Returns when the store has all lines but the refused.
  ///
  /// @throws InterruptedException when the collector stops before
  private void send(LineGroup group) throws InterruptedException {
    if (minutes != null) {
      minutes.sending(group, now());
    }
    int from = 0;
    int piece = group.count();
    Duration pause = FIRST_PAUSE;
    while (from < group.count()) {
      int most = (int) Math.min(group.count(), (long) from + piece);
      int to = group.fitting(from, most, requestBytes);
      switch (post(group, from, to)) {
        case LinePost.Answer.Taken _ -> {
          from = to;
          piece = (int) Math.min(group.count(), 2L * piece);
        }
        case LinePost.Answer.Refused(int nth, String reason) -> {
          int line = refuse(group, from, to, nth, reason);
          piece = line > from ? line - from : Math.max(1, (to - from) / 2);
        }
        case LinePost.Answer.Dropped(long lines, String reason) -> {
          refused.add(lines, group.text(from), reason);
          from = to;
        }
        case LinePost.Answer.NotNow(String reason) -> {
          reach.lost(reason);
          if (closing) {
            throw new InterruptedException("the store takes nothing");
          }
          Thread.sleep(pause);
          Duration next = pause.multipliedBy(2);
          pause = next.compareTo(LAST_PAUSE) > 0 ? LAST_PAUSE : next;
        }
      }
    }
    if (minutes != null) {
      minutes.sent(now());
    }
    storedLines.add(group.count() - group.refused());
    storedValues.add(group.done());
  }

  private LinePost.Answer post(LineGroup group, int from, int to) {
    Set<Table> withheld = suspended.get();
    if (!withheld.isEmpty()) {
      return new LinePost.Answer.NotNow("it has suspended a table: " + withheld);
    }
    if (group.refused(from, to) == to - from) {
      return new LinePost.Answer.Taken();
    }
    LinePost.Answer answer = post.post(group.body(from, to));
    if (!(answer instanceof LinePost.Answer.NotNow)) {
      reach.found();
    }
    return answer;
  }

  /// Takes out the line that the store names; or, where it names none, the only one there is.
  ///
  /// @return the line's number; −1 when it is not known yet which one it is
  private int refuse(LineGroup group, int from, int to, int nth, String reason) {
    int which = to - from == 1 ? 0 : nth;
    int line = which < 0 ? -1 : group.refuse(from, to, which);
    if (line >= 0) {
      refused.add(1, group.text(line), reason);
    }
    return line;
  }

  long storedLines() {
    return storedLines.sum();
  }

  long storedValues() {
    return storedValues.sum();
  }

  long skippedRows() {
    return skippedRows.sum();
  }

  /// Batches that were not kept, and are to come again.
  long later() {
    return later.sum();
  }

  /// Sends what is kept, for some seconds at most; what is left goes to the store at the next
  /// start.
  @Override
  public void close() {
    journal.end();
    closing = true;
    wake.release();
    try {
      if (!thread.join(STOP)) {
        thread.interrupt();
        thread.join(LAST_PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    post.close();
    if (journal.bytes() > 0) {
      LOG.info(
          "journal: {} bytes stay for the next start, as the store has not taken them",
          journal.bytes());
    }
  }
}
