package io.lockstep.collector.window;

import io.lockstep.telemetry.otlp.BatchId;
import java.util.BitSet;

/// Which batches of one agent have been taken already: the last thousands of its present run. What
/// is older, or of an earlier run, counts as new; it lies in sealed slots anyway.
final class BatchesSeen {
  private static final int KEPT = 4096;

  private final BitSet seen = new BitSet(KEPT);
  private long run = -1;
  private long highest = -1;

  /// Notes a batch.
  ///
  /// @return whether it had been noted before
  boolean repeated(BatchId id) {
    if (id.run() > run) {
      run = id.run();
      highest = -1;
      seen.clear();
    }
    if (id.run() < run || id.number() <= highest - KEPT) {
      return false;
    }
    if (id.number() > highest) {
      forgetUpTo(id.number());
    }
    int place = (int) (id.number() % KEPT);
    boolean before = seen.get(place);
    seen.set(place);
    return before;
  }

  private void forgetUpTo(long number) {
    if (number - highest >= KEPT) {
      seen.clear();
    } else {
      for (long passed = highest + 1; passed <= number; passed++) {
        seen.clear((int) (passed % KEPT));
      }
    }
    highest = number;
  }
}
