package io.lockstep.simulator;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// How long things took, counted in steps of one percent from a microsecond on, so that hours take
/// no more memory than minutes. Any thread.
public final class Latencies {
  private static final double STEP = Math.log(1.01);

  /// The last one is of half an hour and more.
  private static final int STEPS = 2200;

  private final AtomicLongArray counts = new AtomicLongArray(STEPS);
  private final AtomicLong longest = new AtomicLong();

  /// Adds one.
  public void add(long nanos) {
    counts.incrementAndGet(Math.min(STEPS - 1, step(nanos)));
    longest.accumulateAndGet(nanos, Math::max);
  }

  private static int step(long nanos) {
    return (int) Math.floor(Math.log(Math.max(1, nanos / 1e3)) / STEP);
  }

  /// How many were added.
  public long count() {
    long sum = 0;
    for (int i = 0; i < STEPS; i++) {
      sum += counts.get(i);
    }
    return sum;
  }

  /// What a share of them did not exceed, to one percent; zero when there are none.
  ///
  /// @param share 0 to 1
  public Duration at(double share) {
    long wanted = Math.max(1, (long) Math.ceil(share * count()));
    long sum = 0;
    for (int i = 0; i < STEPS; i++) {
      sum += counts.get(i);
      if (sum >= wanted) {
        double nanos = 1e3 * Math.exp((i + 1) * STEP);
        return Duration.ofNanos(Math.min((long) nanos, longest.get()));
      }
    }
    return Duration.ZERO;
  }

  /// The longest; zero when there are none.
  public Duration longest() {
    return Duration.ofNanos(longest.get());
  }
}
