package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How many processes there are, and which of them do not come back from the kernel: a disk, a file
/// system or a driver does not answer. Every sixth round (once a minute) it looks at each process's
/// first thread; at those that wait, in each round. Kernel threads are known by their parent and
/// left out for an hour: the kernel itself tells of them
/// ([proc_pid_stat(5)](https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html)).
final class ProcessStates {
  private static final int ROUNDS = 6;
  private static final int FORGET_ROUNDS = 360;

  /// A process that waits for a minute without one switch of tasks is stuck.
  private static final int STUCK_ROUNDS = 6;

  private static final int WATCHED_MAX = 64;
  private static final int PROCESSES_MAX = 32_768;
  private static final int PIDS_MAX = 1 << 22;

  /// Parent of all kernel threads.
  private static final long KTHREADD = 2;

  /// One that waits.
  private static final class Waiting {
    final String name;
    long switches = -1;
    int rounds;

    Waiting(String name) {
      this.name = name;
    }
  }

  private final Series all = series("processes");
  private final Series uninterruptible = series("processes_uninterruptible");
  private final Series stuck = series("processes_stuck");
  private final Series zombies = series("processes_zombie");
  private final Path proc;
  private final BitSet kernelThreads = new BitSet();
  private final Map<Integer, Waiting> waiting = new HashMap<>();
  private int zombieCount;
  private int waitingCount;

  /// @param proc `/proc`, or a captured one
  ProcessStates(Path proc) {
    this.proc = proc;
  }

  private static Series series(String column) {
    return Series.of(Contract.column(Table.HOST_SLOW, column), "");
  }

  void read(Notes notes, Text text) {
    List<Integer> pids = pids();
    if (pids.isEmpty()) {
      return;
    }
    if (notes.round() % FORGET_ROUNDS == 0) {
      kernelThreads.clear();
    }
    if (notes.round() % ROUNDS == 0) {
      look(pids, text);
    }
    follow(notes, pids, text);
    notes.add(all.at(pids.size()));
    notes.add(zombies.at(zombieCount));
    notes.add(uninterruptible.at(waitingCount));
    long stuckNow = waiting.values().stream().filter(one -> one.rounds >= STUCK_ROUNDS).count();
    notes.add(stuck.at(stuckNow));
  }

  /// One folder each.
  private List<Integer> pids() {
    String[] names = proc.toFile().list();
    var pids = new ArrayList<Integer>();
    for (String name : names == null ? new String[0] : names) {
      if (Character.isDigit(name.charAt(0)) && name.length() < 8) {
        pids.add(Integer.valueOf(name));
      }
    }
    return pids;
  }

  private void look(List<Integer> pids, Text text) {
    zombieCount = 0;
    waitingCount = 0;
    for (int pid : pids.subList(0, Math.min(PROCESSES_MAX, pids.size()))) {
      if (pid < PIDS_MAX && !kernelThreads.get(pid)) {
        look(pid, text);
      }
    }
  }

  private void look(int pid, Text text) {
    if (!open(pid, "stat", text)) {
      return;
    }
    text.until('(');
    String name = text.untilLast(')');
    String state = text.word();
    try {
      if (text.number() == KTHREADD || pid == KTHREADD) {
        kernelThreads.set(pid);
        return;
      }
    } catch (IOException _) {
      return; // a line cut short
    }
    zombieCount += state.equals("Z") ? 1 : 0;
    if (state.equals("D")) {
      waitingCount++;
      if (waiting.size() < WATCHED_MAX) {
        waiting.computeIfAbsent(pid, _ -> new Waiting(name));
      }
    }
  }

  private void follow(Notes notes, List<Integer> pids, Text text) {
    if (waiting.isEmpty()) {
      return;
    }
    Set<Integer> there = new HashSet<>(pids);
    waiting
        .entrySet()
        .removeIf(
            one -> !there.contains(one.getKey()) || !waits(one.getKey(), one.getValue(), text));
    waiting.forEach((pid, one) -> {
      if (one.rounds == STUCK_ROUNDS) {
        tell(notes, pid, one, text);
      }
    });
  }

  /// Whether it is still in the very same wait.
  private boolean waits(int pid, Waiting one, Text text) {
    Long switches = switches(pid, text);
    if (switches == null || (one.switches >= 0 && switches != one.switches)) {
      return false;
    }
    one.rounds += one.switches < 0 ? 0 : 1;
    one.switches = switches;
    return true;
  }

  /// How often it was switched away from; null where it does not wait.
  private @Nullable Long switches(int pid, Text text) {
    boolean waits = false;
    long count = 0;
    try {
      boolean more = open(pid, "status", text);
      while (more) {
        if (text.skip("State:")) {
          waits = text.word().equals("D");
        } else if (text.skip("voluntary_ctxt_switches:")
            || text.skip("nonvoluntary_ctxt_switches:")) {
          count += text.number();
        }
        more = text.line();
      }
    } catch (IOException _) {
      return null;
    }
    return waits ? count : null;
  }

  private void tell(Notes notes, int pid, Waiting one, Text text) {
    String place = open(pid, "wchan", text) ? text.rest() : "";
    String where = place.isEmpty() || place.equals("0") ? "" : " in " + place;
    notes.event(
        "lockstep.process.stuck",
        "process " + one.name + " (" + pid + ") waits" + where + " and does not come back",
        Map.of("process.pid", String.valueOf(pid), "process.executable.name", one.name));
  }

  /// A process may end at any time.
  private boolean open(int pid, String file, Text text) {
    try {
      new KernelFile(proc.resolve(pid + "/" + file), false).read(text);
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
