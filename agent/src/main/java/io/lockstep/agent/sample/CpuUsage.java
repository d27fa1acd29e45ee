package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What the processors did between two readings of `/proc/stat`
/// ([proc_stat(5)](https://man7.org/linux/man-pages/man5/proc_stat.5.html)). The first reading
/// gives nothing: since the start of the host is no interval that anyone asked for.
final class CpuUsage {
  private static final int USER = 0;
  private static final int NICE = 1;
  private static final int SYSTEM = 2;
  private static final int IDLE = 3;
  private static final int IOWAIT = 4;
  private static final int INTERRUPT = 5;
  private static final int SOFT_INTERRUPT = 6;
  private static final int STEAL = 7;

  /// Time as a guest's processor stands behind these, and is part of user and nice.
  private static final int FIELDS = 8;

  private static final int CORES_MAX = 8192;

  private final Series user = series("cpu_user");
  private final Series system = series("cpu_system");
  private final Series nice = series("cpu_nice");
  private final Series iowait = series("cpu_iowait");
  private final Series interrupt = series("cpu_interrupt");
  private final Series steal = series("cpu_steal");
  private final Series idle = series("cpu_idle");
  private final Series mean = series("cpu_mean");
  private final Series max = series("cpu_max");

  private final Ticks all = new Ticks();

  /// By the processor's number; one that was switched off keeps its last reading.
  private final List<Ticks> cores = new ArrayList<>();

  private static Series series(String column) {
    return Series.of(Contract.column(Table.HOST, column), "");
  }

  /// One processor's times in ticks, and by how much they grew since the reading before.
  private static final class Ticks {
    private final long[] now = new long[FIELDS];
    private final long[] grown = new long[FIELDS];
    private boolean known;

    /// @return whether there is a reading before, and time has passed since
    boolean read(Text text) throws IOException {
      boolean before = known;
      System.arraycopy(now, 0, grown, 0, FIELDS);
      int count = text.numbers(now);
      if (count < IDLE + 1) {
        throw new IOException("a line cpu with " + count + " numbers");
      }
      for (int i = 0; i < FIELDS; i++) {
        // the kernel lets idle and iowait go back a little
        grown[i] = Math.max(0, now[i] - grown[i]);
      }
      known = true;
      return before && total() > 0;
    }

    long total() {
      long total = 0;
      for (long one : grown) {
        total += one;
      }
      return total;
    }

    double share(int field) {
      return (double) grown[field] / total();
    }

    double busy() {
      long total = total();
      return (double) (total - grown[IDLE] - grown[IOWAIT]) / total;
    }
  }

  /// Takes the text of `/proc/stat`, which stands at its first line.
  ///
  /// @return true
  boolean read(Notes notes, Text text) throws IOException {
    boolean any = text.skip("cpu ") && all.read(text);
    double busiest = -1;
    while (text.line() && text.skip("cpu")) {
      Ticks core = core(text.number());
      if (core.read(text)) {
        busiest = Math.max(busiest, core.busy());
      }
    }
    if (any) {
      note(notes);
    }
    if (busiest >= 0) {
      notes.add(max.at(busiest));
    }
    return true;
  }

  private Ticks core(long number) throws IOException {
    if (number >= CORES_MAX) {
      throw new IOException("processor " + number + " is beyond " + CORES_MAX);
    }
    while (cores.size() <= number) {
      cores.add(new Ticks());
    }
    return cores.get((int) number);
  }

  private void note(Notes notes) {
    notes.add(user.at(all.share(USER)));
    notes.add(system.at(all.share(SYSTEM)));
    notes.add(nice.at(all.share(NICE)));
    notes.add(iowait.at(all.share(IOWAIT)));
    notes.add(interrupt.at(all.share(INTERRUPT) + all.share(SOFT_INTERRUPT)));
    notes.add(steal.at(all.share(STEAL)));
    notes.add(idle.at(all.share(IDLE)));
    notes.add(mean.at(all.busy()));
  }
}
