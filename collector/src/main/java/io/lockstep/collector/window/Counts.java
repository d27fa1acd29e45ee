package io.lockstep.collector.window;

import java.util.concurrent.atomic.LongAdder;

/// What the window has taken and what it has refused since the start.
///
/// @param rows rows of live tables that were placed
/// @param steps training steps that were placed
/// @param repeated batches, or steps, that had been taken before
/// @param late rows and steps whose slot or iteration was sealed already, back-filled ones included
/// @param ahead rows more than ten seconds ahead of the collector's clock
/// @param unsettled rows and steps of hosts whose clock's offset is large and not yet sure
/// @param refused rows and steps of new subjects, hosts, jobs or ranks for which there is no room
public record Counts(
    long rows, long steps, long repeated, long late, long ahead, long unsettled, long refused) {

  /// The same, being counted.
  static final class Open {
    final LongAdder rows = new LongAdder();
    final LongAdder steps = new LongAdder();
    final LongAdder repeated = new LongAdder();
    final LongAdder late = new LongAdder();
    final LongAdder ahead = new LongAdder();
    final LongAdder unsettled = new LongAdder();
    final LongAdder refused = new LongAdder();

    Counts now() {
      return new Counts(
          rows.sum(),
          steps.sum(),
          repeated.sum(),
          late.sum(),
          ahead.sum(),
          unsettled.sum(),
          refused.sum());
    }
  }
}
