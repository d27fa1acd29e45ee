package io.lockstep.collector.notify;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before trying again: twice as long after each failure, up to a limit, and each
/// time a random part less than that, so that many senders do not come back together.
///
/// @param min after the first failure
/// @param max at most, whatever the number of failures
record Backoff(Duration min, Duration max) {
  /// @param failures how often it has failed by now, from 1 on
  Duration after(int failures, RandomGenerator random) {
    // Beyond 2^30 the limit holds whatever the shortest wait.
    double longest = (double) min.toNanos() * Math.pow(2, Math.min(failures - 1, 30));
    double bounded = Math.min(longest, (double) max.toNanos());
    return Duration.ofNanos((long) (bounded * (0.5 + random.nextDouble() / 2)));
  }
}
