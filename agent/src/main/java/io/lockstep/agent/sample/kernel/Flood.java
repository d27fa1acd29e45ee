package io.lockstep.agent.sample.kernel;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// Keeps an error that is written over and over from filling everything behind: of each kind of
/// event so many a minute are told, the others are counted. Grave ones have a place of their own,
/// so that many kinds of others can't fill it. One thread, but for [#held()].
final class Flood {
  static final int PER_MINUTE = 20;
  private static final int KEYS_MAX = 1000;
  private static final long MINUTE = 60_000_000_000L;

  private final Map<String, Integer> counts = new HashMap<>();
  private final Map<String, Integer> graveCounts = new HashMap<>();
  private long minute = Long.MIN_VALUE;
  private final AtomicLong held = new AtomicLong();
  private long told;

  /// Whether an event is to be told.
  ///
  /// @param key same for events that are alike
  /// @param grave whether a part can't go on
  /// @param nowNanos monotonic
  boolean passes(String key, boolean grave, long nowNanos) {
    long now = Math.floorDiv(nowNanos, MINUTE);
    if (now != minute) {
      minute = now;
      counts.clear();
      graveCounts.clear();
    }
    Map<String, Integer> seen = grave ? graveCounts : counts;
    boolean room = seen.size() < KEYS_MAX || seen.containsKey(key);
    if (room && seen.merge(key, 1, Integer::sum) <= PER_MINUTE) {
      return true;
    }
    held.incrementAndGet();
    return false;
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
