package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;

/// Whether the live host's clock is kept: asked every tenth round, said each round, so that rules
/// can judge it.
final class ClockKept {
  private static final int ROUNDS = 10;

  private final Series kept = Series.of(Contract.column(Table.HOST, "clock_synchronized"), "");
  private final Watch watch = new Watch("", "adjtimex");
  private final boolean live;
  private boolean known;
  private boolean last;

  /// @param live whether this is the running host; else there is nothing to say
  ClockKept(boolean live) {
    this.live = live;
  }

  void read(Notes notes) {
    if (live && notes.round() % ROUNDS == 0 && watch.due(notes)) {
      ask(notes);
    }
    if (known) {
      notes.add(kept.at(last ? 1L : 0L));
    }
  }

  private void ask(Notes notes) {
    try {
      last = Timex.read().synchronizedNow();
      known = true;
      watch.good(notes);
    } catch (IOException e) {
      known = false;
      watch.bad(notes, String.valueOf(e.getMessage()));
    }
  }
}
