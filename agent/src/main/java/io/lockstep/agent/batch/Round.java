package io.lockstep.agent.batch;

import io.lockstep.agent.sample.Crew;
import io.lockstep.agent.sample.Reading;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One tick's collecting: takes what the samplers read until all have answered or the tick's
/// deadline has passed; what comes later is not taken, so that no row is written twice.
final class Round {
  /// How one sampler's turn went.
  ///
  /// @param reading null when it failed
  /// @param seconds how long it took; null when it has not ended
  /// @param error why it failed; empty when it did not
  record Outcome(@Nullable Reading reading, @Nullable Double seconds, String error) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition complete = lock.newCondition();
  private final Map<String, Outcome> outcomes = new HashMap<>();
  private final Instant time;
  private final Crew crew;
  private int expected;
  private boolean closed;

  /// @param crew is called for help when the samplers take long
  Round(Instant time, Crew crew) {
    this.time = time;
    this.crew = crew;
  }

  Instant time() {
    return time;
  }

  /// One more sampler will answer.
  void expect() {
    lock.lock();
    try {
      expected++;
    } finally {
      lock.unlock();
    }
  }

  /// Takes a sampler's outcome.
  ///
  /// @return false when it comes too late
  boolean take(String sampler, Outcome outcome) {
    lock.lock();
    try {
      if (!closed) {
        outcomes.put(sampler, outcome);
        if (outcomes.size() == expected) {
          complete.signal();
        }
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /// Waits for all, so many nanoseconds at most, and takes nothing more.
  ///
  /// @return outcomes by the sampler's name; who did not answer is not in it
  Map<String, Outcome> close(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (outcomes.size() < expected && left > 0) {
        long some = Math.min(left, Crew.PATIENCE_NANOS);
        long rest = complete.awaitNanos(some);
        left -= some - Math.max(0, rest);
        if (rest <= 0) {
          crew.help();
        }
      }
      closed = true;
      return Map.copyOf(outcomes);
    } finally {
      lock.unlock();
    }
  }
}
