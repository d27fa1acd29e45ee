package io.lockstep.simulator;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What a server of the yardstick sends each second: 600 values, of 8 GPUs 45 each, of 8 ports 15
/// each, of the host 120. An agent reads some of these columns every ten seconds only; here all
/// come every second, so that each second is as heavy as the contract allows.
final class Yardstick {
  static final int GPU_VALUES = 45;
  static final int PORT_VALUES = 15;
  static final int HOST_VALUES = 120;

  /// Of one server each second.
  static final int VALUES = ClusterSpec.PER_SERVER * (GPU_VALUES + PORT_VALUES) + HOST_VALUES;

  private static final List<String> PORT =
      List.of(
          "up",
          "state",
          "physical_state",
          "rate",
          "width",
          "rate_lost",
          "link_layer",
          "saturated_counters",
          "received",
          "transmitted",
          "packets_received",
          "packets_transmitted",
          "transmit_wait",
          "symbol_error",
          "link_downed");

  /// What fills a GPU's values up.
  private static final List<String> GPU_SLOW =
      List.of(
          "memory",
          "pcie_received",
          "pcie_transmitted",
          "energy",
          "power_limit",
          "pcie_generation",
          "pcie_width",
          "processes",
          "clock_graphics",
          "power_average",
          "temperature_margin",
          "hw_thermal_time",
          "power_brake_time",
          "fan",
          "mig",
          "persistence");

  private static final List<String> INTERFACE =
      List.of(
          "network_received",
          "network_transmitted",
          "network_packets_received",
          "network_packets_transmitted",
          "network_errors_received",
          "network_errors_transmitted",
          "network_dropped_received",
          "network_dropped_transmitted");

  private static final List<String> DISK =
      List.of("disk_read", "disk_written", "disk_reads", "disk_writes", "disk_io_time");

  private Yardstick() {}

  /// A value that each of its kind has.
  ///
  /// @param column its place in the store
  /// @param part of which part of the host; empty but for parts
  record Value(Column column, String part) {}

  /// Of each GPU.
  static List<Value> gpu() {
    return first(GPU_VALUES, all(Table.GPU), named(Table.GPU_SLOW, GPU_SLOW));
  }

  /// Of each port.
  static List<Value> port() {
    return first(PORT_VALUES, named(Table.PORT, PORT));
  }

  /// Of the host.
  static List<Value> host() {
    return first(
        HOST_VALUES,
        all(Table.HOST),
        all(Table.HOST_SLOW),
        part("nvme0n1", DISK),
        part("nvme1n1", DISK),
        part("eth0", INTERFACE),
        part("eth1", INTERFACE));
  }

  private static Stream<Value> all(Table table) {
    return Contract.columns(table).stream().map(column -> new Value(column, ""));
  }

  private static Stream<Value> named(Table table, List<String> names) {
    return names.stream().map(name -> new Value(Contract.column(table, name), ""));
  }

  private static Stream<Value> part(String part, List<String> names) {
    return names.stream().map(name -> new Value(Contract.column(Table.PART, name), part));
  }

  @SafeVarargs
  private static List<Value> first(int many, Stream<Value>... all) {
    var values = new ArrayList<Value>();
    for (Stream<Value> some : all) {
      values.addAll(some.toList());
    }
    return List.copyOf(values.subList(0, many));
  }
}
