package io.lockstep.simulator;

import java.util.concurrent.atomic.LongAdder;

/// What became of a fleet's requests.
public final class Totals {
  final LongAdder acknowledged = new LongAdder();
  final LongAdder again = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder dropped = new LongAdder();

  /// Requests that the collector answered 200.
  public long acknowledged() {
    return acknowledged.sum();
  }

  /// Times that a request had to be sent again: 429, 503, or no answer.
  public long again() {
    return again.sum();
  }

  /// Requests that the collector refused for good.
  public long refused() {
    return refused.sum();
  }

  /// Requests given up because too many waited.
  public long dropped() {
    return dropped.sum();
  }

  @Override
  public String toString() {
    return "acknowledged=%d again=%d refused=%d dropped=%d"
        .formatted(acknowledged(), again(), refused(), dropped());
  }
}
