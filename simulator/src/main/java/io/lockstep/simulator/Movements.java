package io.lockstep.simulator;

import static io.lockstep.simulator.Movement.rising;
import static io.lockstep.simulator.Movement.seldom;
import static io.lockstep.simulator.Movement.still;
import static io.lockstep.simulator.Movement.wavering;
import static java.util.Map.entry;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// How the values of a healthy server that trains move, by column: an H100 at work near its power
/// limit, an NDR port that carries 5 GB/s each way (as [GpuModel] and [PortModel] have it), a host
/// of 224 processors. What is not here stands still at 0, and a counter rises by one in some three
/// hours.
final class Movements {
  private static final Movement UNHEARD_OF = still(0);
  private static final Movement COUNTER = seldom(1e-4);

  private static final Map<String, Movement> GPU =
      Map.ofEntries(
          entry("gpu.utilization", wavering(0.97, 0.05, 0.01)),
          entry("gpu.memory_utilization", wavering(0.41, 0.2, 0.01)),
          entry("gpu.memory_used", still(74_000_000_000L)),
          entry("gpu.nvlink_received", rising(9e10, 0.1)),
          entry("gpu.nvlink_transmitted", rising(9e10, 0.1)),
          entry("gpu.clock_sm", wavering(1.755e9, 9e7, 15e6)),
          entry("gpu.clock_memory", still(2.619e9)),
          entry("gpu.clock_event_reasons", still(4)),
          entry("gpu.power_cap_time", rising(0.8, 0.2)),
          entry("gpu.sw_thermal_time", still(0)),
          entry("gpu.temperature", wavering(62, 12, 1)),
          entry("gpu.temperature_memory", wavering(71, 12, 1)),
          entry("gpu.power", wavering(672, 90, 0.001)),
          entry("gpu.power_instant", wavering(672, 200, 0.001)),
          entry("gpu.ecc_uncorrected", still(0)),
          entry("gpu.nvlink_recoveries_failed", still(0)),
          entry("gpu.state", still(1)),
          entry("gpu.state_age", rising(1, 0)),
          entry("gpu.nvlink_active", still(18)),
          entry("gpu.sm_activity", wavering(0.88, 0.3, 0)),
          entry("gpu.sm_occupancy", wavering(0.31, 0.15, 0)),
          entry("gpu.tensor_activity", wavering(0.47, 0.3, 0)),
          entry("gpu.dram_activity", wavering(0.38, 0.2, 0)),
          entry("gpu_slow.memory", still(85_520_809_984L)),
          entry("gpu_slow.pcie_received", rising(2.5e8, 0.3)),
          entry("gpu_slow.pcie_transmitted", rising(6e7, 0.3)),
          entry("gpu_slow.energy", rising(672, 0.1)),
          entry("gpu_slow.power_limit", still(700)),
          entry("gpu_slow.pcie_generation", still(5)),
          entry("gpu_slow.pcie_width", still(16)),
          entry("gpu_slow.processes", still(1)),
          entry("gpu_slow.clock_graphics", wavering(1.755e9, 9e7, 15e6)),
          entry("gpu_slow.power_average", wavering(672, 90, 0.001)),
          entry("gpu_slow.temperature_margin", wavering(25, 12, 1)));

  private static final Map<String, Movement> PORT =
      Map.ofEntries(
          entry("port.up", still(1)),
          entry("port.state", still(4)),
          entry("port.physical_state", still(5)),
          entry("port.rate", still(5e10)),
          entry("port.width", still(4)),
          entry("port.link_layer", still(1)),
          entry("port.received", rising(5e9, 0.1)),
          entry("port.transmitted", rising(5e9, 0.1)),
          entry("port.packets_received", rising(1.7e6, 0.1)),
          entry("port.packets_transmitted", rising(1.7e6, 0.1)),
          entry("port.transmit_wait", rising(1e5, 1)),
          entry("port.symbol_error", still(0)),
          entry("port.link_downed", still(1)));

  private static final Map<String, Movement> HOST =
      Map.ofEntries(
          entry("host.cpu_user", wavering(0.085, 0.03, 0)),
          entry("host.cpu_system", wavering(0.026, 0.01, 0)),
          entry("host.cpu_iowait", wavering(0.0005, 0.0005, 0)),
          entry("host.cpu_interrupt", wavering(0.0015, 0.001, 0)),
          entry("host.cpu_idle", wavering(0.887, 0.03, 0)),
          entry("host.cpu_mean", wavering(0.113, 0.03, 0)),
          entry("host.cpu_max", wavering(0.97, 0.03, 0)),
          entry("host.load_1m", wavering(25, 6, 0.01)),
          entry("host.load_5m", wavering(25, 2, 0.01)),
          entry("host.load_15m", wavering(25, 1, 0.01)),
          entry("host.uptime", rising(1, 0)),
          entry("host.memory_used", wavering(2.0e11, 2e9, 4096)),
          entry("host.memory_free", wavering(1.0e12, 2e9, 4096)),
          entry("host.memory_buffers", still(2L << 30)),
          entry("host.memory_cached", wavering(9.6e11, 1e8, 4096)),
          entry("host.memory_available", wavering(1.9e12, 2e9, 4096)),
          entry("host.swap_free", still(8L << 30)),
          entry("host.pressure_cpu_some", rising(0.002, 1)),
          entry("host.pressure_cpu_full", rising(0.001, 1)),
          entry("host.pressure_io_some", rising(0.0008, 1)),
          entry("host.pressure_io_full", rising(0.0005, 1)),
          entry("host.context_switches", rising(180_000, 0.2)),
          entry("host.interrupts", rising(220_000, 0.2)),
          entry("host.forks", rising(12, 1)),
          entry("host.tasks", wavering(4300, 40, 1)),
          entry("host.tasks_runnable", wavering(26, 12, 1)),
          entry("host.faults_minor", rising(9000, 0.5)),
          entry("host.oom_kills", still(0)),
          entry("host.clock_synchronized", still(1)),
          entry("host_slow.cpus", still(224)),
          entry("host_slow.processes", wavering(2900, 20, 1)),
          entry("host_slow.memory", still(2L << 40)),
          entry("host_slow.agent_cpu_time", rising(0.005, 0.5)),
          entry("host_slow.agent_memory", wavering(6.2e7, 2e6, 4096)),
          entry("host_slow.agent_memory_proportional", wavering(6.0e7, 2e6, 1024)),
          entry("host_slow.agent_threads", still(29)),
          entry("host_slow.agent_handles", still(226)),
          entry("host_slow.agent_written", rising(9000, 1)),
          entry("host_slow.agent_config_reloaded", still(1)),
          entry("host_slow.agent_sent", rising(1, 0)),
          entry("host_slow.memory_dirty", wavering(4e7, 4e7, 4096)),
          entry("host_slow.memory_anonymous", wavering(1.4e11, 1e9, 4096)),
          entry("host_slow.memory_shared", still(2.1e9)),
          entry("host_slow.memory_slab_reclaimable", wavering(2.2e10, 1e7, 4096)),
          entry("host_slow.memory_slab_unreclaimable", wavering(8e9, 1e7, 4096)),
          entry("host_slow.memory_page_tables", wavering(9e8, 1e7, 4096)),
          entry("host_slow.memory_committed", wavering(4e11, 1e9, 4096)),
          entry("host_slow.memory_commit_limit", still(1.1e12)),
          entry("host_slow.hugepage_size", still(2L << 20)),
          entry("host_slow.clock_offset", wavering(0, 2e-5, 0)),
          entry("host_slow.clock_error_estimated", wavering(1e-5, 1e-5, 1e-6)),
          entry("host_slow.clock_error_max", wavering(0.01, 0.008, 1e-6)),
          entry("host_slow.files_open", wavering(21_000, 200, 1)),
          entry("host_slow.files_limit", still(9.2e18)),
          entry("host_slow.sockets", wavering(2100, 20, 1)),
          entry("host_slow.sockets_tcp", wavering(900, 10, 1)),
          entry("host_slow.sockets_tcp_established", wavering(800, 10, 1)),
          entry("host_slow.sockets_udp", still(12)),
          entry("host_slow.tcp_received", rising(4000, 0.5)),
          entry("host_slow.tcp_transmitted", rising(4000, 0.5)),
          entry("host_slow.tcp_retransmitted", rising(0.2, 1)),
          entry("host_slow.softnet_processed", rising(9000, 0.5)),
          entry("part.network_received", rising(1.5e7, 0.5)),
          entry("part.network_transmitted", rising(4e6, 0.5)),
          entry("part.network_packets_received", rising(14_000, 0.5)),
          entry("part.network_packets_transmitted", rising(9000, 0.5)),
          entry("part.disk_read", rising(2e6, 1)),
          entry("part.disk_written", rising(6e6, 1)),
          entry("part.disk_reads", rising(31, 1)),
          entry("part.disk_writes", rising(180, 1)),
          entry("part.disk_io_time", rising(0.004, 1)));

  private Movements() {}

  static Movement of(Column column) {
    String name = column.toString();
    Map<String, Movement> table =
        switch (column.table()) {
          case GPU, GPU_SLOW -> GPU;
          case PORT -> PORT;
          case HOST, HOST_SLOW, RANK, PART, METRIC, EVENT -> HOST;
        };
    boolean counter =
        Objects.requireNonNull(Contract.metric(column.metric())).kind() == Metric.Kind.COUNTER;
    return table.getOrDefault(name, counter ? COUNTER : UNHEARD_OF);
  }

  /// Every column that is given a movement here.
  static Stream<String> columns() {
    return Stream.of(GPU, PORT, HOST).flatMap(all -> all.keySet().stream());
  }
}
