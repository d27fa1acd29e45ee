package io.lockstep.simulator;

import java.util.concurrent.atomic.LongAdder;

/// What became of a fleet's requests. Any thread.
public final class Totals {
  final LongAdder acknowledged = new LongAdder();
  final LongAdder rejected = new LongAdder();
  final LongAdder again = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder dropped = new LongAdder();
  final LongAdder bytes = new LongAdder();

  /// Requests that the collector answered 200.
  public long acknowledged() {
    return acknowledged.sum();
  }

  /// Points, records and spans that the collector refused out of requests that it took.
  public long rejected() {
    return rejected.sum();
  }

  /// Times that a request was sent in vain and kept for later: 429, 503, no answer.
  public long again() {
    return again.sum();
  }

  /// Requests that the collector refused for good: 400, 413.
  public long refused() {
    return refused.sum();
  }

  /// Requests given up because too many waited.
  public long dropped() {
    return dropped.sum();
  }

  /// Bytes of all bodies sent, as sent.
  public long bytes() {
    return bytes.sum();
  }

  @Override
  public String toString() {
    return "acknowledged=%d rejected_points=%d again=%d refused=%d dropped=%d bytes=%d"
        .formatted(acknowledged(), rejected(), again(), refused(), dropped(), bytes());
  }
}
