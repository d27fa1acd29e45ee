package io.lockstep.collector.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Where the cells are: servers with their GPUs and ports, in the order in which the live stream
/// sends their states. Changes seldom, so it is sent seldom.
final class Layout {
  private Layout() {}

  /// A number that changes with the layout: 64 bits mixed over all names, so that two layouts that
  /// follow each other do not share it by chance.
  static long fingerprint(ClusterView cells) {
    long mixed = cells.hosts().size();
    for (HostView host : cells.hosts()) {
      mixed = mix(mixed, host.host().hashCode());
      for (GpuView gpu : host.gpus()) {
        mixed = mix(mixed, gpu.id().hashCode());
        mixed = mix(mixed, gpu.index() == null ? -1 : gpu.index());
        mixed = mix(mixed, gpu.rank() == null ? -1 : gpu.rank());
        mixed = mix(mixed, gpu.job() == null ? 0 : gpu.job().hashCode());
      }
      for (PortView port : host.ports()) {
        mixed = mix(mixed, port.id().hashCode());
      }
      mixed = mix(mixed, host.gpus().size());
    }
    return mixed;
  }

  private static long mix(long mixed, int more) {
    long value = (mixed ^ more) * 0x9E3779B97F4A7C15L;
    return value ^ (value >>> 29);
  }

  /// Writes jobs by number, and of each server its name, its GPUs' indexes (their place where the
  /// index is not known), ranks and jobs (null where none runs), and its ports.
  static void write(JsonText json, ClusterView cells) throws IOException {
    Map<String, Integer> jobs = new LinkedHashMap<>();
    for (HostView host : cells.hosts()) {
      for (GpuView gpu : host.gpus()) {
        if (gpu.job() != null) {
          jobs.putIfAbsent(gpu.job(), jobs.size());
        }
      }
    }
    json.strings("jobs", jobs.keySet());
    json.list("hosts", cells.hosts(), (out, host) -> host(out, host, jobs));
  }

  private static void host(JsonText json, HostView host, Map<String, Integer> jobs)
      throws IOException {
    List<GpuView> gpus = host.gpus();
    int[] indexes = new int[gpus.size()];
    int[] ranks = new int[gpus.size()];
    int[] job = new int[gpus.size()];
    for (int i = 0; i < gpus.size(); i++) {
      GpuView gpu = gpus.get(i);
      indexes[i] = gpu.index() == null ? i : gpu.index();
      ranks[i] = gpu.rank() == null ? Changes.ABSENT : gpu.rank();
      job[i] = gpu.job() == null ? Changes.ABSENT : jobs.getOrDefault(gpu.job(), Changes.ABSENT);
    }
    List<String> ports = new ArrayList<>();
    host.ports().forEach(port -> ports.add(port.id()));
    json.text("host", host.host())
        .numbers("gpus", indexes, indexes.length)
        .numbers("ranks", ranks, ranks.length)
        .numbers("job", job, job.length)
        .strings("ports", ports);
  }
}
