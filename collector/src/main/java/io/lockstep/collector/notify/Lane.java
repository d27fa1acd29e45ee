package io.lockstep.collector.notify;

import io.lockstep.collector.notify.SinkStatus.Count;
import io.lockstep.collector.notify.SinkStatus.State;
import io.lockstep.collector.state.Delivery;
import io.lockstep.collector.state.Message;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way to one sink: its queue, and a virtual thread that sends one message after the other, so
/// that a slow or dead sink holds up no other. What became of a message is on the disk before the
/// next is sent: a collector that is killed repeats one message of each sink, not more.
final class Lane {
  private static final Logger log = LoggerFactory.getLogger(Lane.class);

  /// How long until the queue is looked through for messages that are too old.
  private static final long LOOK_NANOS = Duration.ofSeconds(30).toNanos();

  private final AlertSink sink;
  private final Retries retries;
  private final Recorder recorder;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Health health;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final LaneQueue queue = new LaneQueue();
  private final Thread thread;
  private @Nullable Parcel underway;
  private int failures;
  private long pausedUntilNanos = System.nanoTime();
  private boolean stopping;

  /// Limits that all lanes share.
  ///
  /// @param retryAfterMax how long a receiver may ask to be left alone
  /// @param expiry how old a message may become
  /// @param queueMax how many may wait
  record Retries(Backoff backoff, Duration retryAfterMax, Duration expiry, int queueMax) {}

  Lane(
      AlertSink sink,
      Retries retries,
      Recorder recorder,
      InstantSource clock,
      RandomGenerator random) {
    this.sink = sink;
    this.retries = retries;
    this.recorder = recorder;
    this.clock = clock;
    this.random = random;
    this.health = new Health(sink, clock.instant());
    this.thread = Thread.ofVirtual().name("sink-" + sink.name()).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// Takes a message to be sent. Never blocks for long.
  void offer(Message message, Delivery delivery) {
    lock.lock();
    try {
      if (queue.size() >= retries.queueMax()) {
        evict();
      }
      queue.put(new Parcel(message, delivery, System.nanoTime()));
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /// The oldest goes: of what is new a person can still make use.
  private void evict() {
    queue
        .oldest(parcel -> underway == null || !parcel.message().equals(underway.message()))
        .ifPresent(parcel -> {
          drop(parcel, Count.EVICTED, "more than " + retries.queueMax() + " messages wait");
        });
  }

  private void drop(Parcel parcel, Count why, String reason) {
    queue.remove(parcel);
    health.dropped(why, reason);
    recorder.record(parcel.delivery().dropped(reason, now()));
  }

  SinkStatus status() {
    lock.lock();
    try {
      Parcel oldest = queue.oldest();
      return health.status(
          queue.size(),
          oldest == null ? null : instant(oldest.delivery().madeNanos()),
          nextAttempt());
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Instant nextAttempt() {
    Parcel next = health.state() == State.OFF ? null : queue.next();
    if (next == null) {
      return null;
    }
    long now = System.nanoTime();
    long wait = Math.max(next.dueNanos() - now, pausedUntilNanos - now);
    return clock.instant().plusNanos(Math.max(0, wait));
  }

  private void run() {
    try {
      for (Parcel parcel = take(); parcel != null; parcel = take()) {
        Delivery done = settle(parcel, attempt(parcel));
        if (done.state() == Delivery.State.PENDING) {
          recorder.record(done);
        } else {
          recorder.record(done).toCompletableFuture().get();
        }
      }
    } catch (InterruptedException _) {
      // It was told to stop; what was under way is sent again after the next start.
    } catch (ExecutionException e) {
      throw new IllegalStateException("recording never fails", e);
    }
  }

  /// Waits for a message that is due; null when it is time to stop.
  private @Nullable Parcel take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!stopping) {
        dropExpired();
        long wait = LOOK_NANOS;
        Parcel next = health.state() == State.OFF ? null : queue.next();
        if (next != null) {
          long now = System.nanoTime();
          wait = Math.max(next.dueNanos() - now, pausedUntilNanos - now);
          if (wait <= 0) {
            underway = next;
            return next;
          }
        }
        changed.awaitNanos(Math.min(wait, LOOK_NANOS));
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void dropExpired() {
    long limit = now() - retries.expiry().toNanos();
    for (Parcel old = queue.oldest();
        old != null && old.delivery().madeNanos() <= limit;
        old = queue.oldest()) {
      drop(old, Count.EXPIRED, "older than " + retries.expiry().toSeconds() + " s");
    }
  }

  /// A fault in one sink stops no other, and not this one either.
  private Outcome attempt(Parcel parcel) throws InterruptedException {
    try {
      return sink.send(parcel.message());
    } catch (RuntimeException e) {
      if (failures == 0) {
        log.error("sink failed, it is tried again name={}", sink.name(), e);
      }
      return new Outcome.TryLater("a fault in the collector, see its log: " + e.getClass(), null);
    }
  }

  private Delivery settle(Parcel parcel, Outcome outcome) {
    lock.lock();
    try {
      underway = null;
      return switch (outcome) {
        case Outcome.Delivered(String answer) -> done(parcel, Delivery.State.DELIVERED, answer);
        case Outcome.Refused(String answer) -> done(parcel, Delivery.State.REFUSED, answer);
        case Outcome.Gone(String answer) -> {
          health.turn(State.OFF, answer, clock.instant());
          yield again(parcel, answer, Duration.ZERO);
        }
        case Outcome.TryLater(String answer, Duration retryAfter) -> {
          health.turn(State.RETRYING, answer, clock.instant());
          yield later(parcel, answer, retryAfter);
        }
      };
    } finally {
      lock.unlock();
    }
  }

  private Delivery done(Parcel parcel, Delivery.State state, String answer) {
    boolean delivered = state == Delivery.State.DELIVERED;
    health.turn(delivered ? State.WORKING : State.REFUSING, answer, clock.instant());
    health.count(delivered ? Count.DELIVERED : Count.REFUSED);
    queue.remove(parcel);
    if (failures > 1) {
      // The receiver is back: nobody waits for the end of a long pause.
      queue.wake(System.nanoTime());
    }
    failures = 0;
    return parcel.delivery().tried(state, answer, now());
  }

  /// A receiver may fail at one message only: the first failure makes only that one wait, those
  /// that follow without a success between them all.
  private Delivery later(Parcel parcel, String answer, @Nullable Duration retryAfter) {
    failures++;
    Duration pause = failures > 1 ? retries.backoff().after(failures - 1, random) : Duration.ZERO;
    if (retryAfter != null) {
      Duration asked = min(retryAfter, retries.retryAfterMax());
      pause = pause.compareTo(asked) > 0 ? pause : asked;
    }
    pausedUntilNanos = System.nanoTime() + pause.toNanos();
    return again(parcel, answer, retries.backoff().after(parcel.delivery().attempts() + 1, random));
  }

  private Delivery again(Parcel parcel, String answer, Duration wait) {
    health.count(Count.RETRIED);
    Delivery tried = parcel.delivery().tried(Delivery.State.PENDING, answer, now());
    queue.put(parcel.after(tried, System.nanoTime() + wait.toNanos()));
    return tried;
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private long now() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }

  /// Begins nothing new.
  void stop() {
    lock.lock();
    try {
      stopping = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Lets what is under way end until then; what is not done by that time is sent after the next
  /// start.
  ///
  /// @param deadlineNanos by [System#nanoTime()]
  void end(long deadlineNanos) {
    stop();
    try {
      Duration rest = Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
      if (thread.getState() != Thread.State.NEW && !thread.join(rest)) {
        thread.interrupt();
        thread.join();
      }
    } catch (InterruptedException _) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
    sink.close();
  }
}
