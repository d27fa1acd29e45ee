package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;

/// How wrong the live host's clock may be. Where nothing keeps it, the kernel's figures mean
/// nothing, and there are none.
final class ClockError {
  private final Series offset = series("clock_offset");
  private final Series estimated = series("clock_error_estimated");
  private final Series max = series("clock_error_max");
  private final boolean live;

  /// @param live whether this is the running host; else there is nothing to say
  ClockError(boolean live) {
    this.live = live;
  }

  private static Series series(String column) {
    return Series.of(Contract.column(Table.HOST_SLOW, column), "");
  }

  void read(Notes notes) {
    if (!live) {
      return;
    }
    try {
      Timex timex = Timex.read();
      if (timex.synchronizedNow()) {
        notes.add(offset.at(timex.offsetSeconds()));
        notes.add(estimated.at(timex.estimatedSeconds()));
        notes.add(max.at(timex.maxSeconds()));
      }
    } catch (IOException _) {
      // the sampler of the host says so
    }
  }
}
