package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;

/// Some of the numbers in a file of lines that begin with a name each, as `/proc/vmstat` and
/// `/proc/meminfo` are. A name that a kernel does not have is no value. One thread.
final class Keyed {
  /// One of them.
  ///
  /// @param begin how its line begins, with what stands before the number: `MemFree:`, `oom_kill `
  /// @param factor what one stands for in the column's unit
  private record Pick(String begin, long factor, Series series) {}

  private final Pick[] picks;

  private Keyed(Pick... picks) {
    this.picks = picks;
  }

  /// @param factor what one stands for in the columns' unit
  /// @param pairs begin of a line, column, begin of a line, column …
  static Keyed of(Table table, String subject, long factor, String... pairs) {
    var picks = new Pick[pairs.length / 2];
    for (int i = 0; i < picks.length; i++) {
      Series series = Series.of(Contract.column(table, pairs[2 * i + 1]), subject);
      picks[i] = new Pick(pairs[2 * i], factor, series);
    }
    return new Keyed(picks);
  }

  /// Takes the text of the file, which stands at a line.
  ///
  /// @return true
  boolean read(Notes notes, Text text) throws IOException {
    int left = picks.length;
    do {
      left -= line(notes, text) ? 1 : 0;
    } while (left > 0 && text.line());
    return true;
  }

  /// Takes one line.
  ///
  /// @return whether its number is one of them
  boolean line(Notes notes, Text text) throws IOException {
    for (Pick pick : picks) {
      if (text.skip(pick.begin)) {
        long value = text.number();
        if (value > Long.MAX_VALUE / pick.factor) {
          throw new IOException(pick.begin + " is beyond 63 bits: " + value);
        }
        notes.add(pick.series.at(value * pick.factor));
        return true;
      }
    }
    return false;
  }
}
