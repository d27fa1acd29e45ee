package io.lockstep.collector.http;

import io.lockstep.collector.detect.JobUse;
import io.lockstep.collector.detect.JobUses;
import io.lockstep.collector.window.Host;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.rows.GpuJob;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One job on one GPU, as the agent of its server sees it.
///
/// @param use the job
/// @param host the server
/// @param gpu the GPU's UUID
/// @param index the driver's present index of it; null when it is not known
/// @param processes of the job that use the GPU
/// @param attributes all that the agent said of the job, by OpenTelemetry's names
public record PlacementView(
    JobUse use,
    String host,
    String gpu,
    @Nullable Integer index,
    int processes,
    SortedMap<String, String> attributes) {

  /// All of a cluster, by job, rank, server and GPU.
  static List<PlacementView> all(Window window) {
    var all = new ArrayList<PlacementView>();
    for (Host host : window.hosts()) {
      for (Map.Entry<String, List<GpuJob>> gpu : window.gpuJobs(host.name()).entrySet()) {
        gpu.getValue().forEach(job -> add(all, window, job));
      }
    }
    all.sort(
        Comparator.comparing((PlacementView one) -> one.use.system())
            .thenComparing(one -> one.use.job(), NaturalOrder.TEXT)
            .thenComparing(one -> one.use.step(), NaturalOrder.TEXT)
            .thenComparingInt(one -> one.use.ranks().isEmpty() ? -1 : one.use.ranks().getFirst())
            .thenComparing(PlacementView::host, NaturalOrder.TEXT)
            .thenComparingInt(one -> one.index == null ? -1 : one.index));
    return all;
  }

  private static void add(List<PlacementView> all, Window window, GpuJob job) {
    JobUse use = JobUses.use(job);
    if (use != null) {
      Integer index = HostViews.index(window, job.host(), job.gpu());
      var attributes = new TreeMap<>(job.attributes());
      all.add(new PlacementView(use, job.host(), job.gpu(), index, job.processes(), attributes));
    }
  }
}
