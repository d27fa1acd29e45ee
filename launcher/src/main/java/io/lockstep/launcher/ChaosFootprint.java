package io.lockstep.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a site's processes take, and what lies about in its temporary folders, at one time.
///
/// @param processes by name
/// @param temporary files in folders for what is not to stay
record ChaosFootprint(Map<String, Taken> processes, long temporary) {
  /// How much more may be taken at the end than at the beginning. A collector remembers for a day
  /// what it has heard; a store that has more partitions has more files open.
  private static final Map<String, Taken> MORE =
      Map.of(
          "collector", new Taken(64 << 10, 0, 40, 24),
          "store", new Taken(192 << 10, 0, 2_000, 16));

  private static final Taken MORE_AGENT = new Taken(8 << 10, 0, 24, 12);
  private static final int MORE_TEMPORARY = 4;
  private static final Pattern USED = Pattern.compile("total [0-9]+K, used ([0-9]+)K");

  /// By one process.
  ///
  /// @param heapKib of Java's heap, after a collection
  /// @param residentKib as the kernel counts
  record Taken(long heapKib, long residentKib, long handles, long threads) {}

  ChaosFootprint {
    processes = new TreeMap<>(processes);
  }

  /// Looks, after a collection in each.
  static ChaosFootprint of(Map<String, ProcessHandle> processes, Path folder)
      throws IOException, InterruptedException {
    var taken = new TreeMap<String, Taken>();
    for (Map.Entry<String, ProcessHandle> one : processes.entrySet()) {
      taken.put(one.getKey(), taken(one.getValue()));
    }
    return new ChaosFootprint(taken, temporary(folder));
  }

  private static Taken taken(ProcessHandle process) throws IOException, InterruptedException {
    ask(process, "GC.run");
    Matcher used = USED.matcher(ask(process, "GC.heap_info"));
    long heap = 0;
    while (used.find()) {
      heap += Long.parseLong(used.group(1));
    }
    Path proc = Path.of("/proc", String.valueOf(process.pid()));
    try (Stream<Path> handles = Files.list(proc.resolve("fd"));
        Stream<Path> threads = Files.list(proc.resolve("task"))) {
      return new Taken(
          heap, (long) (Cost.of(process).resident() * 1024), handles.count(), threads.count());
    }
  }

  private static String ask(ProcessHandle process, String command)
      throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process asked =
        new ProcessBuilder(jcmd.toString(), String.valueOf(process.pid()), command)
            .redirectErrorStream(true)
            .start();
    String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    asked.waitFor();
    return said;
  }

  private static long temporary(Path folder) throws IOException {
    var places =
        new ArrayList<>(
            List.of(folder.resolve("tmp"), folder.resolve("collector/store/questdb/tmp")));
    try (Stream<Path> agents = Files.list(folder)) {
      agents.map(agent -> agent.resolve("tmp")).forEach(places::add);
    }
    long count = 0;
    for (Path place : places) {
      if (Files.isDirectory(place)) {
        try (Stream<Path> files = Files.list(place)) {
          count += files.filter(Files::isRegularFile).count();
        }
      }
    }
    return count;
  }

  /// What has grown beyond bounds since, a sentence each.
  List<String> grownSince(ChaosFootprint before) {
    var grown = new ArrayList<String>();
    processes.forEach((name, now) -> {
      Taken was = before.processes.get(name);
      Taken more = MORE.getOrDefault(name, MORE_AGENT);
      if (was == null) {
        return;
      }
      check(grown, name + ": heap, KiB", was.heapKib, now.heapKib, more.heapKib);
      check(grown, name + ": handles", was.handles, now.handles, more.handles);
      check(grown, name + ": threads", was.threads, now.threads, more.threads);
    });
    check(grown, "temporary files", before.temporary, temporary, MORE_TEMPORARY);
    return grown;
  }

  private static void check(List<String> grown, String what, long was, long now, long more) {
    if (now > was + more) {
      grown.add(
          "%s: %d at the beginning, %d at the end; may grow by %d".formatted(what, was, now, more));
    }
  }

  /// One line for each process.
  List<String> lines(ChaosFootprint before) {
    var lines = new ArrayList<String>();
    processes.forEach((name, now) -> {
      Taken was = before.processes.getOrDefault(name, now);
      lines.add(
          "  %-10s heap %d to %d MiB, resident %d to %d MiB, handles %d to %d, threads %d to %d"
              .formatted(
                  name,
                  was.heapKib >> 10,
                  now.heapKib >> 10,
                  was.residentKib >> 10,
                  now.residentKib >> 10,
                  was.handles,
                  now.handles,
                  was.threads,
                  now.threads));
    });
    lines.add("  temporary files %d to %d".formatted(before.temporary, temporary));
    return lines;
  }
}
