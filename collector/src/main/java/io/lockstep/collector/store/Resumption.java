package io.lockstep.collector.store;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// When a suspended table is let go on: at once, and, as long as it is suspended again, after
/// pauses that grow to a minute. What suspended it may have been mended meanwhile, as a full disk
/// that has room again; where it has not, it is suspended again and nothing is lost. One thread.
final class Resumption {
  private static final Duration FIRST = Duration.ofSeconds(2);
  private static final Duration LAST = Duration.ofMinutes(1);

  /// @param next when it may be tried, by [System#nanoTime()]
  /// @param pause after that
  private record Trial(long next, Duration pause) {}

  private final Map<String, Trial> trials = new HashMap<>();

  /// Whether a suspended table is to be let go on now; then the next time is later.
  boolean due(String table, long nanoTime) {
    Trial trial = trials.getOrDefault(table, new Trial(nanoTime, FIRST));
    if (nanoTime - trial.next < 0) {
      return false;
    }
    Duration twice = trial.pause.multipliedBy(2);
    trials.put(
        table,
        new Trial(nanoTime + trial.pause.toNanos(), twice.compareTo(LAST) > 0 ? LAST : twice));
    return true;
  }

  /// Forgets tables that have not been suspended since their last pause ended.
  void seen(Set<String> suspended, long nanoTime) {
    trials
        .entrySet()
        .removeIf(one ->
            !suspended.contains(one.getKey()) && nanoTime - one.getValue().next > LAST.toNanos());
  }
}
