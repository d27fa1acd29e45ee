package io.lockstep.agent.sample.kernel;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// Keeps an error that is written over and over from filling everything behind: of each kind of
/// event so many a minute are told, the others are counted. One thread, but for [#held()].
final class Flood {
  static final int PER_MINUTE = 20;
  private static final int KEYS_MAX = 1000;
  private static final long MINUTE = 60_000_000_000L;

  private final Map<String, Integer> counts = new HashMap<>();
  private long minute = Long.MIN_VALUE;
  private final AtomicLong held = new AtomicLong();
  private long told;

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
      held.incrementAndGet();
      return false;
    }
    if (counts.merge(key, 1, Integer::sum) > PER_MINUTE) {
      held.incrementAndGet();
      return false;
    }
    return true;
  }

  /// How many were not told since this was asked last.
  long takeHeld() {
    long now = held.get();
    long taken = now - told;
    told = now;
    return taken;
  }

  /// How many were not told, ever.
  long held() {
    return held.get();
  }
}
