package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;

/// Swapping, page faults and what was killed for want of memory, from `/proc/vmstat`
/// ([mm/vmstat.c](https://github.com/torvalds/linux/blob/master/mm/vmstat.c)). Kernels before 4.13
/// have no `oom_kill`.
final class PageCounts {
  private final Keyed counts =
      Keyed.of(
          Table.HOST,
          "",
          1,
          "pswpin ",
          "paged_in",
          "pswpout ",
          "paged_out",
          "oom_kill ",
          "oom_kills");
  private final Series minor = series("faults_minor");
  private final Series major = series("faults_major");

  private static Series series(String column) {
    return Series.of(Contract.column(Table.HOST, column), "");
  }

  /// Takes the text of `/proc/vmstat`, which stands at its first line. `pgfault` has all faults,
  /// and stands before `pgmajfault`.
  ///
  /// @return true
  boolean read(Notes notes, Text text) throws IOException {
    long all = -1;
    do {
      if (text.skip("pgfault ")) {
        all = text.number();
      } else if (text.skip("pgmajfault ")) {
        faults(notes, all, text.number());
      } else {
        counts.line(notes, text);
      }
    } while (text.line());
    return true;
  }

  private void faults(Notes notes, long all, long withDisk) {
    notes.add(major.at(withDisk));
    if (all >= withDisk) {
      notes.add(minor.at(all - withDisk));
    }
  }
}
