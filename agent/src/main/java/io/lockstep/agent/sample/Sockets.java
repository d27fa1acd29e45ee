package io.lockstep.agent.sample;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The server's processors by socket: clock of their cores, how often heat slowed them, and the
/// energy that they drew (RAPL), which kernels since 5.10 let only root read
/// ([CVE-2020-8694](https://nvd.nist.gov/vuln/detail/CVE-2020-8694)).
final class Sockets {
  private static final int CORES_MAX = 8192;
  private static final int LOOK_ROUNDS = 60;
  private static final double KILO = 1e3;

  private final PartSeries parts =
      new PartSeries(
          "cpu_frequency",
          "cpu_frequency_min",
          "cpu_frequency_max",
          "cpu_cores_throttled",
          "cpu_throttled",
          "cpu_energy");
  private final Map<Long, List<SysFolder>> cores = new TreeMap<>();
  private final SysFolder folder;
  private final Energy energy;

  /// @param sys `/sys`, or a captured one
  Sockets(Path sys) {
    folder = new SysFolder(sys.resolve("devices/system/cpu"));
    energy = new Energy(sys);
  }

  void read(Notes notes, Text text) {
    if (notes.round() % LOOK_ROUNDS == 0) {
      look(text);
    }
    cores.forEach((socket, all) -> {
      List<Series> series = parts.of("cpu/" + socket);
      if (!series.isEmpty()) {
        frequency(notes, all, series, text);
        throttles(notes, all, series, text);
        Double joules = energy.read(socket, text);
        if (joules != null) {
          notes.add(series.get(5).at(joules));
        }
      }
    });
    parts.end(notes);
  }

  private void look(Text text) {
    cores.clear();
    List<SysFolder> all = folder.numbered("cpu");
    for (SysFolder core : all.subList(0, Math.min(CORES_MAX, all.size()))) {
      Long socket = core.in("topology").number("physical_package_id", text);
      if (socket != null && socket >= 0) {
        cores.computeIfAbsent(socket, _ -> new ArrayList<>()).add(core);
      }
    }
  }

  private static void frequency(Notes notes, List<SysFolder> all, List<Series> series, Text text) {
    double sum = 0;
    double least = Double.MAX_VALUE;
    double most = 0;
    int count = 0;
    for (SysFolder core : all) {
      Long kilohertz = core.in("cpufreq").number("scaling_cur_freq", text);
      if (kilohertz != null && kilohertz > 0) {
        sum += kilohertz;
        least = Math.min(least, kilohertz);
        most = Math.max(most, kilohertz);
        count++;
      }
    }
    if (count > 0) {
      notes.add(series.get(0).at(sum / count * KILO));
      notes.add(series.get(1).at(least * KILO));
      notes.add(series.get(2).at(most * KILO));
    }
  }

  /// Each core counts for itself, and each also what its socket counts.
  private static void throttles(Notes notes, List<SysFolder> all, List<Series> series, Text text) {
    long sum = -1;
    for (SysFolder core : all) {
      Long count = core.in("thermal_throttle").number("core_throttle_count", text);
      sum = count == null ? sum : Math.max(0, sum) + count;
    }
    if (sum >= 0) {
      notes.add(series.get(3).at(sum));
    }
    Long socket = all.getFirst().in("thermal_throttle").number("package_throttle_count", text);
    if (socket != null) {
      notes.add(series.get(4).at(socket));
    }
  }
}
