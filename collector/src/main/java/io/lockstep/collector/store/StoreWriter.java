package io.lockstep.collector.store;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Batch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Group commit: what arrives within a moment goes to the store as one request, and everybody is
/// answered when the store has acknowledged it. Several threads may write; nobody is ever blocked.
public final class StoreWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final Duration LATER = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(1);

  /// How batches are grouped, and how long they may wait.
  ///
  /// @param queueMebibytes line protocol that may wait or be on its way, MiB; beyond it, senders
  ///   are told to come later
  /// @param requestKibibytes size at which a request is sent without waiting for more, KiB
  /// @param linger how long the first batch of a request waits for others
  /// @param patience how long a sender waits for the store before it is told to come later
  /// @param threads requests under way at a time
  /// @param refusedMebibytes bound of the file of refused lines, MiB
  public record Config(
      int queueMebibytes,
      int requestKibibytes,
      Duration linger,
      Duration patience,
      int threads,
      int refusedMebibytes) {
    public static final Config DEFAULT =
        new Config(64, 4096, Duration.ofMillis(50), Duration.ofSeconds(2), 2, 16);

    public Config {
      positive("queue_mebibytes", queueMebibytes);
      positive("request_kibibytes", requestKibibytes);
      positive("threads", threads);
      positive("refused_mebibytes", refusedMebibytes);
      if (linger.isNegative() || linger.compareTo(patience) >= 0) {
        throw new IllegalArgumentException(
            "linger must be shorter than patience (" + patience + "), is " + linger);
      }
    }

    private static void positive(String key, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(key + " must be at least 1, is " + value);
      }
    }
  }

  private final Config config;
  private final LineProtocol protocol;
  private final RefusedLines refused;
  private final Supplier<Set<Table>> suspended;
  private final StoreReach reach;

  private final LinkedBlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
  private final AtomicLong bytes = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private final LongAdder storedLines = new LongAdder();
  private final LongAdder storedValues = new LongAdder();
  private final LongAdder skippedRows = new LongAdder();
  private final LongAdder late = new LongAdder();
  private volatile boolean closing;

  /// Nanoseconds that the last request took.
  private volatile long lastPost;

  /// @param posts makes the connection of one thread
  /// @param suspended the tables whose rows are not to be acknowledged now
  StoreWriter(
      Config config,
      LineProtocol protocol,
      Supplier<LinePost> posts,
      RefusedLines refused,
      Supplier<Set<Table>> suspended,
      StoreReach reach) {
    this.config = config;
    this.protocol = protocol;
    this.refused = refused;
    this.suspended = suspended;
    this.reach = reach;
    for (int i = 0; i < config.threads(); i++) {
      LinePost post = posts.get();
      threads.add(Thread.ofVirtual().name("store-" + i).start(() -> run(post)));
    }
  }

  /// Hands a batch over. The answer may be completed by any thread; what hangs on it must not
  /// block.
  CompletionStage<StoreResult> write(Batch batch) {
    return write(protocol.of(batch));
  }

  /// Hands lines over, as [#write(Batch)].
  CompletionStage<StoreResult> write(Lines lines) {
    skippedRows.add(lines.skipped());
    if (lines.count() == 0) {
      return CompletableFuture.completedStage(
          new StoreResult.Stored(lines.skipped(), lines.reason()));
    }
    var pending = new Pending(lines, System.nanoTime(), new CompletableFuture<>());
    long before = bytes.getAndAdd(pending.bytes());
    // A batch that is larger than the whole queue is let through when it is alone.
    boolean full = before > 0 && before + pending.bytes() > (long) config.queueMebibytes() << 20;
    if (full || closing) {
      bytes.addAndGet(-pending.bytes());
      late.increment();
      return CompletableFuture.completedStage(
          new StoreResult.Later(SOON, full ? "the store's queue is full" : "stopping"));
    }
    pending.answer().completeOnTimeout(tooLate(), config.patience().toNanos(), NANOSECONDS);
    queue.add(pending);
    return pending.answer().whenComplete(this::count);
  }

  private void count(@Nullable StoreResult result, @Nullable Throwable none) {
    if (result instanceof StoreResult.Later) {
      late.increment();
    }
  }

  private StoreResult tooLate() {
    return new StoreResult.Later(
        reach.reachable() ? SOON : LATER,
        "the store has not taken it within " + config.patience().toMillis() + " ms");
  }

  private void run(LinePost post) {
    try (post) {
      while (!closing || !queue.isEmpty()) {
        LineGroup group = take();
        if (group != null) {
          commit(group, post);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("store writer stopped");
    } finally {
      if (!closing) {
        reach.lost("a writer ended that must not; restart the collector");
      }
    }
  }

  /// The batches for the next request; null when none came for a while.
  private @Nullable LineGroup take() throws InterruptedException {
    Pending first = queue.poll(200, MILLISECONDS);
    if (first == null) {
      return null;
    }
    var members = new ArrayList<Pending>();
    long size = 0;
    long until = first.arrived() + config.linger().toNanos();
    for (Pending next = first; next != null; ) {
      if (worthSending(next)) {
        members.add(next);
        size += next.bytes();
      } else {
        next.answer().complete(new StoreResult.Later(SOON, "the store is behind"));
        bytes.addAndGet(-next.bytes());
      }
      boolean enough = size >= (long) config.requestKibibytes() << 10;
      next = enough ? null : queue.poll(until - System.nanoTime(), NANOSECONDS);
    }
    return members.isEmpty() ? null : new LineGroup(members);
  }

  /// Whether the store's answer can come before the sender's patience ends. Without this a store
  /// that is a little too slow would take everything just too late, and nothing would count.
  private boolean worthSending(Pending pending) {
    long left = pending.arrived() + config.patience().toNanos() - System.nanoTime();
    return !pending.answer().isDone() && left > Math.min(lastPost, config.patience().toNanos() / 2);
  }

  private void commit(LineGroup group, LinePost post) throws InterruptedException {
    boolean stored = false;
    try {
      stored = send(group, post);
    } catch (RuntimeException e) {
      // A fault of ours in one request must not end the writing of all others.
      LOG.error("store request failed", e);
    } finally {
      bytes.addAndGet(-group.bytes());
      if (stored) {
        storedLines.add(group.count() - group.refused());
        storedValues.add(group.values());
        group.stored(suspended.get());
      } else {
        group.later(LATER, "the store could not be reached");
      }
    }
  }

  /// Sends the group's lines: as one request, or, when one of them is refused, in pieces around it.
  /// The pieces grow again with each success, so that no number of bad lines makes it quadratic.
  ///
  /// @return whether the store has all lines but the refused; else nobody waits for them any more
  private boolean send(LineGroup group, LinePost post) throws InterruptedException {
    int from = 0;
    int piece = group.count();
    Duration pause = FIRST_PAUSE;
    while (from < group.count()) {
      int to = (int) Math.min(group.count(), (long) from + piece);
      switch (post(post, group.text(from, to))) {
        case LinePost.Answer.Taken _ -> {
          from = to;
          piece = (int) Math.min(group.count(), 2L * piece);
        }
        case LinePost.Answer.Refused(int nth, String reason) -> {
          int line = refuse(group, from, to, nth, reason);
          piece = line > from ? line - from : Math.max(1, (to - from) / 2);
        }
        case LinePost.Answer.Dropped(long lines, String reason) -> {
          group.dropped(reason);
          refused.add(lines, group.text(from, from + 1), reason);
          from = to;
        }
        case LinePost.Answer.NotNow(String reason) -> {
          reach.lost(reason);
          Thread.sleep(pause);
          pause =
              pause.multipliedBy(2).compareTo(LAST_PAUSE) > 0 ? LAST_PAUSE : pause.multipliedBy(2);
          if (group.answered()) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private LinePost.Answer post(LinePost post, String text) {
    if (text.isEmpty()) {
      return new LinePost.Answer.Taken();
    }
    long begun = System.nanoTime();
    LinePost.Answer answer = post.post(text);
    lastPost = System.nanoTime() - begun;
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
    int line = which < 0 ? -1 : group.refuse(from, to, which, reason);
    if (line >= 0) {
      refused.add(1, group.line(line), reason);
    }
    return line;
  }

  /// Bytes of line protocol that wait or are on their way.
  long queueBytes() {
    return bytes.get();
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

  /// Batches that were not acknowledged in time.
  long late() {
    return late.sum();
  }

  /// Sends what waits, for as long as a sender's patience, and stops.
  @Override
  public void close() {
    closing = true;
    try {
      long end = System.nanoTime() + config.patience().toNanos();
      for (Thread thread : threads) {
        thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        thread.interrupt();
      }
      for (Thread thread : threads) {
        thread.join(LAST_PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Pending left = queue.poll(); left != null; left = queue.poll()) {
      left.answer().complete(new StoreResult.Later(SOON, "stopping"));
    }
  }
}
