package io.lockstep.agent.judge;

import java.util.Arrays;

/// The last values of one column of one subject, one for each second; NaN where there is none. One
/// thread.
final class Track {
  private final float[] values;
  private final boolean counter;
  private long newest = Long.MIN_VALUE;
  private long gap;

  /// @param seconds that are kept
  /// @param counter whether values are increases: two of one second are added
  Track(int seconds, boolean counter) {
    this.values = new float[seconds];
    this.counter = counter;
    Arrays.fill(values, Float.NaN);
  }

  /// Takes a value; none, and one that is older than the newest, is dropped.
  ///
  /// @param second Unix seconds
  void put(long second, float value) {
    if (second < newest || Float.isNaN(value)) {
      return;
    }
    if (second > newest) {
      long from = Math.max(newest + 1, second - values.length + 1);
      gap = newest == Long.MIN_VALUE ? 0 : second - newest;
      for (long empty = newest == Long.MIN_VALUE ? second : from; empty <= second; empty++) {
        values[place(empty)] = Float.NaN;
      }
      newest = second;
    }
    float before = values[place(second)];
    values[place(second)] = counter && !Float.isNaN(before) ? before + value : value;
  }

  private int place(long second) {
    return (int) Math.floorMod(second, (long) values.length);
  }

  /// Seconds since the newest value; large when there is none.
  long age(long second) {
    return newest == Long.MIN_VALUE ? Long.MAX_VALUE : second - newest;
  }

  /// How old the newest value may be: some seconds, or three times what lies between two of them.
  boolean fresh(long second, long seconds) {
    return age(second) <= Math.max(seconds, 3 * gap);
  }

  /// The newest value; NaN when there is none.
  float newest() {
    return newest == Long.MIN_VALUE ? Float.NaN : values[place(newest)];
  }

  /// The values up to a second, oldest first; no more than are kept.
  float[] last(long second, int seconds) {
    var last = new float[Math.min(seconds, values.length)];
    for (int i = 0; i < last.length; i++) {
      long at = second - last.length + 1 + i;
      boolean kept = at <= newest && at > newest - values.length;
      last[i] = kept ? values[place(at)] : Float.NaN;
    }
    return last;
  }
}
