package io.lockstep.collector.http;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Instant;

/// What the collector's own process costs, under the names that Prometheus clients use.
final class ProcessMetrics implements MetricSource {
  private final Instant started =
      ManagementFactory.getRuntimeMXBean().getStartTime() > 0
          ? Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime())
          : Instant.EPOCH;
  private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();

  @Override
  public void writeTo(MetricText text) {
    ProcessUse use = ProcessUse.of(ProcessHandle.current());
    use.processorSeconds()
        .ifPresent(used -> text.counter("process_cpu_seconds_total", "Processor time used.", used));
    use.residentBytes()
        .ifPresent(bytes -> text.gauge("process_resident_memory_bytes", "Resident memory.", bytes));
    text.gauge("process_start_time_seconds", "Start of the process.", started.toEpochMilli() / 1e3)
        .gauge("jvm_memory_heap_used_bytes", "Heap in use.", memory.getHeapMemoryUsage().getUsed())
        .gauge("jvm_memory_heap_max_bytes", "Heap limit.", memory.getHeapMemoryUsage().getMax())
        .gauge(
            "jvm_threads_current",
            "Live threads.",
            ManagementFactory.getThreadMXBean().getThreadCount());
  }
}
