package io.lockstep.telemetry.rows;

import java.util.HashMap;
import java.util.Map;

/// A job that uses a GPU, as the agent of its server sees it: a point of
/// `lockstep.gpu.job.processes`.
///
/// @param host the resource's `host.name`
/// @param gpu the GPU's UUID
/// @param attributes the point's, without the GPU's: `slurm.job.id`, `k8s.pod.uid`, `dl.rank` …;
///   empty for processes of which nothing is known
/// @param timeNanos when it was seen, Unix nanoseconds
/// @param processes how many of its processes use the GPU
public record GpuJob(
    String host, String gpu, Map<String, String> attributes, long timeNanos, int processes) {
  /// The metric whose points they are.
  public static final String METRIC = "lockstep.gpu.job.processes";

  private static final String GPU = "hw.id";

  public GpuJob {
    attributes = Map.copyOf(attributes);
  }

  /// By a point's attributes.
  static GpuJob of(String host, Map<String, String> point, long timeNanos, double value) {
    var attributes = new HashMap<>(point);
    String gpu = attributes.remove(GPU);
    return new GpuJob(host, gpu == null ? "" : gpu, attributes, timeNanos, (int) value);
  }
}
