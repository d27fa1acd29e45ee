package io.lockstep.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/// `lockstep bench agent --soak`: a day or more of the agent's in minutes, in which GPUs fall off
/// the bus and come back, jobs come and go, files vanish and the collector is away for hours. What
/// it takes must not grow: the most of the last quarter is held against the most of the first.
final class AgentSoak {
  private static final int STEPS_OF_AN_HOUR = 3600 / SoakedAgent.STEP;
  static final int HOURS_MIN = 4;

  /// How much more the last quarter may take than the first.
  private static final long HEAP_KIB = 2 << 10;

  /// The C library's heap goes up and down by eight. Not the proportional memory, which also
  /// changes with what others do.
  private static final long RESIDENT_KIB = 6 << 10;

  private static final long HANDLES = 16;
  private static final long THREADS = 8;

  /// Of the spool, above its bound: the segment that is being written.
  private static final long SPOOL_KIB = 1 << 10;

  /// One hour's end.
  ///
  /// @param heapKib in use after a collection
  /// @param spoolKib on the disk
  record Hour(long heapKib, ProcessCost cost, long spoolKib) {}

  private final Path spool;
  private final long spoolMaxKib;
  private final List<Hour> hours = new ArrayList<>();

  /// @param spool its folder
  /// @param spoolMaxKib its bound
  AgentSoak(Path spool, long spoolMaxKib) {
    this.spool = spool;
    this.spoolMaxKib = spoolMaxKib;
  }

  /// Goes along with a [SoakedAgent] until it ends.
  ///
  /// @throws IOException when it ends before its time
  void watch(Process agent, SoakWorld world, int length) throws IOException, InterruptedException {
    System.out.printf(
        "%5s %9s %9s %9s %9s %8s %8s %10s%n",
        "hour", "heap MiB", "Pss MiB", "RSS MiB", "its peak", "threads", "handles", "spool MiB");
    BufferedReader said = agent.inputReader();
    for (int step = 1; step <= length * STEPS_OF_AN_HOUR; step++) {
      String heap = said.readLine();
      if (heap == null) {
        throw new IOException("the agent ended with code " + agent.waitFor() + "; see its log");
      }
      if (step % STEPS_OF_AN_HOUR == 0) {
        ProcessCost cost = ProcessCost.of(agent.toHandle());
        hours.add(new Hour(Long.parseLong(heap.strip()), cost, spooledKib()));
        print(step / STEPS_OF_AN_HOUR, hours.getLast());
      }
      world.change(step);
      agent.getOutputStream().write('\n');
      agent.getOutputStream().flush();
    }
  }

  private long spooledKib() throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(spool)) {
      for (Path file : files.toList()) {
        bytes += Files.exists(file) ? Files.size(file) : 0;
      }
    }
    return bytes / 1024;
  }

  private static void print(int number, Hour hour) {
    ProcessCost cost = hour.cost();
    System.out.printf(
        "%5d %9.1f %9.1f %9.1f %9.1f %8d %8d %10.1f%n",
        number,
        hour.heapKib() / 1024.0,
        cost.proportionalKib() / 1024.0,
        cost.residentKib() / 1024.0,
        cost.peakKib() / 1024.0,
        cost.threads(),
        cost.handles(),
        hour.spoolKib() / 1024.0);
  }

  /// What has grown, a sentence each; empty when nothing has.
  List<String> grown() {
    return grown(hours, spoolMaxKib);
  }

  /// @param hours in order
  static List<String> grown(List<Hour> hours, long spoolMaxKib) {
    var grown = new ArrayList<String>();
    check(grown, hours, "heap, KiB", Hour::heapKib, HEAP_KIB);
    check(grown, hours, "RSS, KiB", hour -> hour.cost().residentKib(), RESIDENT_KIB);
    check(grown, hours, "handles", hour -> hour.cost().handles(), HANDLES);
    check(grown, hours, "threads", hour -> hour.cost().threads(), THREADS);
    long spooled = most(hours, Hour::spoolKib);
    if (spooled > spoolMaxKib + SPOOL_KIB) {
      grown.add("the spool took %d KiB, its bound is %d".formatted(spooled, spoolMaxKib));
    }
    return grown;
  }

  /// The first hour is left out: caches fill and code is compiled.
  private static void check(
      List<String> grown, List<Hour> hours, String what, ToLongFunction<Hour> of, long more) {
    int quarter = Math.max(1, hours.size() / 4);
    long first = most(hours.subList(1, 1 + quarter), of);
    long last = most(hours.subList(hours.size() - quarter, hours.size()), of);
    if (last > first + more) {
      grown.add(
          "%s: at most %d in the first hours, %d in the last; may grow by %d"
              .formatted(what, first, last, more));
    }
  }

  private static long most(List<Hour> hours, ToLongFunction<Hour> of) {
    return hours.stream().mapToLong(of).max().orElse(0);
  }
}
