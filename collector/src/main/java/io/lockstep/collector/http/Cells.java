package io.lockstep.collector.http;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;

/// The states and values of all cells as rows of small numbers, in the layout's order.
final class Cells {
  final int[] hosts;
  final int[] gpus;
  final int[] ports;
  private final ClusterView view;
  private final Map<GpuMetric, int[]> values = new EnumMap<>(GpuMetric.class);

  Cells(ClusterView view) {
    this.view = view;
    hosts = view.hosts().stream().mapToInt(host -> host.state().code()).toArray();
    gpus =
        view.hosts().stream()
            .flatMapToInt(host -> host.gpus().stream().mapToInt(gpu -> gpu.state().code()))
            .toArray();
    ports =
        view.hosts().stream()
            .flatMapToInt(host -> host.ports().stream().mapToInt(port -> port.state().code()))
            .toArray();
  }

  /// The GPUs' values of a metric; made when first asked for.
  int[] values(GpuMetric metric) {
    return values.computeIfAbsent(metric, this::read);
  }

  private int[] read(GpuMetric metric) {
    return view.hosts().stream()
        .flatMapToInt(
            host -> host.gpus().stream().flatMapToInt(gpu -> IntStream.of(metric.of(gpu))))
        .toArray();
  }
}
