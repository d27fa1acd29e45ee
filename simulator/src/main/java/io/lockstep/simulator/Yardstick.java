package io.lockstep.simulator;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.util.List;
import java.util.stream.Stream;

/// What a server sends each second, in one of two shapes.
public enum Yardstick {
  /// The yardstick to the letter: 600 values every second, of 8 GPUs 45 each, of 8 ports 15 each,
  /// of the host 120. What stands in the tables of what changes slowly comes every second as well,
  /// a row of few values in a table of many columns.
  EVEN,
  /// As agents do: what they read each second, and on whole tens of seconds all that they read more
  /// seldom besides, all servers at the same time.
  AGENT;

  private static final int GPU_VALUES = 45;
  private static final int PORT_VALUES = 15;
  private static final int HOST_VALUES = 120;
  private static final int SLOW_SECONDS = 10;

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

  /// A value that each of its kind has.
  ///
  /// @param column its place in the store
  /// @param part of which part of the host; empty but for parts
  record Value(Column column, String part) {}

  /// Whether a second is one in which everything is sent.
  boolean whole(long timeNanos) {
    return this == EVEN || Math.floorDiv(timeNanos, Nanos.SECOND) % SLOW_SECONDS == 0;
  }

  /// Whether a value is sent every second.
  boolean everySecond(Value value) {
    return this == EVEN
        || value.column.table() == Table.GPU
        || value.column.table() == Table.HOST
        || (value.column.table() == Table.PORT && PORT.contains(value.column.name()));
  }

  /// How many values a server sends in a second, on average.
  public double perSecond() {
    return often() + seldom() / (double) SLOW_SECONDS;
  }

  /// How many values a server sends in so many seconds at least, whichever second they begin with.
  public double least(double seconds) {
    return often() * seconds + seldom() * Math.floor(seconds / SLOW_SECONDS);
  }

  /// Values that are sent every second.
  private long often() {
    return count(true);
  }

  /// Values that are sent every ten seconds only.
  private long seldom() {
    return count(false);
  }

  private long count(boolean often) {
    Stream<Value> parts = Stream.concat(gpu().stream(), port().stream());
    return ClusterSpec.PER_SERVER * parts.filter(one -> everySecond(one) == often).count()
        + host().stream().filter(one -> everySecond(one) == often).count();
  }

  /// Of each GPU.
  List<Value> gpu() {
    return switch (this) {
      case EVEN ->
          joined(List.of(all(Table.GPU), named(Table.GPU_SLOW, GPU_SLOW))).subList(0, GPU_VALUES);
      case AGENT -> joined(List.of(all(Table.GPU), all(Table.GPU_SLOW)));
    };
  }

  /// Of each port.
  List<Value> port() {
    return switch (this) {
      case EVEN -> joined(List.of(named(Table.PORT, PORT))).subList(0, PORT_VALUES);
      case AGENT -> joined(List.of(all(Table.PORT)));
    };
  }

  /// Of the host.
  List<Value> host() {
    List<Value> all =
        joined(
            List.of(
                all(Table.HOST),
                all(Table.HOST_SLOW),
                part("nvme0n1", DISK),
                part("nvme1n1", DISK),
                part("eth0", INTERFACE),
                part("eth1", INTERFACE)));
    return this == EVEN ? all.subList(0, HOST_VALUES) : all;
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

  private static List<Value> joined(List<Stream<Value>> all) {
    return all.stream().flatMap(some -> some).toList();
  }
}
