package io.lockstep.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Processor time of a process by thread, as the kernel counts it. A JVM's threads bear their names
/// there, cut after 15 letters; those that differ by a number count together.
///
/// @param nanos by thread id and name
record ThreadTimes(Map<String, Long> nanos) {
  static final ThreadTimes NONE = new ThreadTimes(Map.of());

  /// A thread that ends meanwhile is left out.
  static ThreadTimes of(ProcessHandle process) throws IOException {
    var nanos = new HashMap<String, Long>();
    try (Stream<Path> threads = Files.list(Cost.folder(process).resolve("task"))) {
      for (Path thread : threads.toList()) {
        try {
          String name = Files.readString(thread.resolve("comm")).strip();
          String times = Files.readString(thread.resolve("schedstat"));
          nanos.put(thread.getFileName() + "/" + name, Long.parseLong(times.split(" ", 2)[0]));
        } catch (IOException _) {
          // It has ended.
        }
      }
    }
    return new ThreadTimes(nanos);
  }

  /// Seconds since then by name, the most first; a name of at least a hundredth of all.
  Map<String, Double> since(ThreadTimes before) {
    var seconds = new TreeMap<String, Double>();
    nanos.forEach((thread, now) -> {
      String name = thread.replaceFirst("^[0-9]+/", "").replaceAll("[-# ]*[0-9]+$", "");
      seconds.merge(name, (now - before.nanos.getOrDefault(thread, 0L)) / 1e9, Double::sum);
    });
    double sum = seconds.values().stream().mapToDouble(each -> each).sum();
    List<Map.Entry<String, Double>> most =
        seconds.entrySet().stream()
            .filter(each -> each.getValue() > sum / 100)
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .toList();
    var sorted = new java.util.LinkedHashMap<String, Double>();
    most.forEach(each -> sorted.put(each.getKey(), each.getValue()));
    return sorted;
  }
}
