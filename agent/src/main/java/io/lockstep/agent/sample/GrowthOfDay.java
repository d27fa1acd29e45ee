package io.lockstep.agent.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/// By how much a counter has grown within the last day, to an hour: what stood there when it was
/// first seen does not count. One thread.
final class GrowthOfDay {
  private static final int HOURS = 24;

  private final long[] atHour = new long[HOURS];
  private Instant hour = Instant.MIN;
  private long last;

  /// Takes a reading.
  ///
  /// @return its growth within a day
  long take(Instant now, long count) {
    if (hour.equals(Instant.MIN) || count < last) {
      Arrays.fill(atHour, count);
      hour = now;
    }
    last = count;
    long passed = Math.min(HOURS, Duration.between(hour, now).toHours());
    for (long i = 0; i < passed; i++) {
      System.arraycopy(atHour, 1, atHour, 0, HOURS - 1);
      atHour[HOURS - 1] = count;
      hour = now;
    }
    return count - atHour[0];
  }
}
