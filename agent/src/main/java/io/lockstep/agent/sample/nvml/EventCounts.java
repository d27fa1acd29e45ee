package io.lockstep.agent.sample.nvml;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// How often GPUs reported what is counted and not sent, since their events are asked for: by UUID
/// and column of the table `gpu_slow`; and which say that they are split anew. Any thread.
final class EventCounts {
  private final Map<String, Map<String, Long>> counts = new ConcurrentHashMap<>();
  private final Set<String> split = ConcurrentHashMap.newKeySet();

  /// From now on it is counted, from 0 unless it was before.
  void begin(String uuid, String column) {
    of(uuid).putIfAbsent(column, 0L);
  }

  /// It is not asked for any more.
  void end(String uuid, String column) {
    of(uuid).remove(column);
  }

  /// It happened once more.
  void count(String uuid, String column) {
    of(uuid).computeIfPresent(column, (_, count) -> count + 1);
  }

  /// A GPU says that it is split anew (MIG).
  void splitAnew(String uuid) {
    split.add(uuid);
  }

  /// Whether it has said so since this was asked last.
  boolean takeSplitAnew(String uuid) {
    return split.remove(uuid);
  }

  /// How often; null when it is not counted.
  @Nullable Long get(String uuid, String column) {
    return of(uuid).get(column);
  }

  /// Adds all of a GPU.
  void add(String uuid, GpuSeries series) {
    of(uuid).forEach((column, count) -> series.addSlow(column, count, 1));
  }

  private Map<String, Long> of(String uuid) {
    return counts.computeIfAbsent(uuid, _ -> new ConcurrentHashMap<>());
  }
}
