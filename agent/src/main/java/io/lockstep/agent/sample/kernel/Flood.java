package io.lockstep.agent.sample.kernel;

import java.util.HashMap;
import java.util.Map;

/// Keeps an error that is written over and over from filling everything behind: of each kind of
/// event so many a minute are told, the others are counted. One thread.
final class Flood {
  static final int PER_MINUTE = 20;
  private static final int KEYS_MAX = 1000;
  private static final long MINUTE = 60_000_000_000L;

  private final Map<String, Integer> counts = new HashMap<>();
  private long minute = Long.MIN_VALUE;
  private long held;

  /// Whether an event is to be told.
  ///
  /// @param key same for events that are alike
  /// @param nowNanos monotonic
  boolean passes(String key, long nowNanos) {
    long now = Math.floorDiv(nowNanos, MINUTE);
    if (now != minute) {
      minute = now;
      counts.clear();
    }
    if (counts.size() >= KEYS_MAX && !counts.containsKey(key)) {
      held++;
      return false;
    }
    boolean passes = counts.merge(key, 1, Integer::sum) <= PER_MINUTE;
    held += passes ? 0 : 1;
    return passes;
  }

  /// How many were not told since this was asked last.
  long takeHeld() {
    long taken = held;
    held = 0;
    return taken;
  }
}
