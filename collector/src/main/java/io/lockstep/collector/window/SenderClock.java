package io.lockstep.collector.window;

/// How far a host's clock is from the collector's, measured from what it sends: arrival less the
/// newest time in the batch. That difference is the clocks' offset plus a delay that is never
/// negative, so the smallest of the last minutes is nearest to the truth; it counts once a second
/// one is near it, so that one absurd timestamp moves nothing. Back-filled batches are late and so
/// never the smallest.
///
/// One thread writes; any thread may read [#offsetNanos()].
final class SenderClock {
  private static final long SECOND = 1_000_000_000L;

  /// Measurements are kept for one to two of these; a clock that was set back is followed then.
  private static final long BUCKET_NANOS = 60 * SECOND;

  /// What is applied follows what is measured only beyond this, and is nothing below this, so that
  /// samples taken once a second do not wander between slots with every millisecond of delay.
  private static final long DEAD_BAND_NANOS = SECOND / 4;

  /// An offset above this is believed after some batches and seconds only: the first ones after a
  /// silence may be old ones that are being sent again.
  private static final long PLAUSIBLE_NANOS = 5 * SECOND;

  /// Two measurements this near confirm each other.
  private static final long NEAR_NANOS = SECOND;

  private static final int ENOUGH = 3;
  private static final long ENOUGH_NANOS = 3 * SECOND;
  private static final long NONE = Long.MAX_VALUE;

  private long bucket = Long.MIN_VALUE;
  private long least = NONE;
  private long second = NONE;
  private long leastBefore = NONE;
  private long secondBefore = NONE;
  private int seen;
  private long firstNanos;
  private long lastNanos;
  private volatile long applied;

  /// @param arrivalNanos by the collector's clock
  /// @param sentNanos the newest time in the batch, by the sender's clock
  void observe(long arrivalNanos, long sentNanos) {
    long now = Math.floorDiv(arrivalNanos, BUCKET_NANOS);
    if (now != bucket) {
      boolean next = now == bucket + 1;
      leastBefore = next ? least : NONE;
      secondBefore = next ? second : NONE;
      least = NONE;
      second = NONE;
      bucket = now;
      if (!next) {
        seen = 0;
        firstNanos = arrivalNanos;
      }
    }
    lastNanos = arrivalNanos;
    long difference = arrivalNanos - sentNanos;
    if (difference < least) {
      second = least;
      least = difference;
    } else if (difference < second) {
      second = difference;
    }
    seen++;
    long measured = measured();
    if (Math.abs(measured) <= DEAD_BAND_NANOS) {
      applied = 0;
    } else if (Math.abs(measured - applied) > DEAD_BAND_NANOS) {
      applied = measured;
    }
  }

  /// The smallest difference where another one is near it; else what was applied before, as far as
  /// the two smallest allow.
  private long measured() {
    long smallest = Math.min(least, leastBefore);
    long next = Math.min(Math.max(least, leastBefore), Math.min(second, secondBefore));
    if (seen == 1 || next - smallest <= NEAR_NANOS) {
      return smallest;
    }
    return Math.clamp(applied, smallest, next);
  }

  /// What to add to the host's times to get the collector's, ns.
  long offsetNanos() {
    return applied;
  }

  /// Whether the offset has been measured well enough to place samples by it.
  boolean believed() {
    return Math.abs(applied) <= PLAUSIBLE_NANOS
        || (seen >= ENOUGH && lastNanos - firstNanos >= ENOUGH_NANOS);
  }
}
