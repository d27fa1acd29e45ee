package io.lockstep.telemetry.rules;

import static java.util.stream.Collectors.toUnmodifiableMap;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The counter files of an InfiniBand or RoCE port in `/sys/class/infiniband/DEVICE/ports/PORT`, as
/// data: how wide each is and where the contract keeps it.
///
/// Widths are those of Linux, `PORT_PMA_ATTR` in
/// [drivers/infiniband/core/sysfs.c](https://github.com/torvalds/linux/blob/master/drivers/infiniband/core/sysfs.c).
/// By the InfiniBand Architecture Specification (volume 1, PortCounters) such a counter stops at
/// its maximum and stays there until it is cleared: a port at the ceiling looks healthy to every
/// rule about rates. What stands in `hw_counters` is the driver's own, 64 bits wide
/// ([sysfs-class-infiniband](https://www.kernel.org/doc/Documentation/ABI/stable/sysfs-class-infiniband)).
public final class InfinibandCounters {
  /// The folder of the counters that every InfiniBand device has.
  public static final String COUNTERS = "counters";

  /// The folder of the counters that each driver adds.
  public static final String HARDWARE_COUNTERS = "hw_counters";

  /// A port with this file has the extended set: its 32-bit traffic counters are 64 bits wide.
  public static final String EXTENDED_SET = "unicast_rcv_packets";

  private static final int WORD_BYTES = 4;

  /// One counter file.
  ///
  /// @param folder [#COUNTERS] or [#HARDWARE_COUNTERS]
  /// @param file its name in the folder
  /// @param bits its width without the extended set: 4, 8, 16, 32 or 64
  /// @param extended whether it is 64 bits wide in the extended set
  /// @param factor what one count stands for in the column's unit: 4 bytes, else 1
  /// @param column where the contract keeps it
  public record Counter(
      String folder, String file, int bits, boolean extended, int factor, Column column) {

    /// Where the counter stops.
    ///
    /// @param extendedSet whether the port has the extended set
    /// @return [Long#MAX_VALUE] for 64 bits, which nothing reaches
    public long ceiling(boolean extendedSet) {
      return bits == Long.SIZE || (extended && extendedSet) ? Long.MAX_VALUE : (1L << bits) - 1;
    }
  }

  private static final List<Counter> ALL =
      List.of(
          traffic("port_rcv_data", WORD_BYTES, "received"),
          traffic("port_xmit_data", WORD_BYTES, "transmitted"),
          traffic("port_rcv_packets", 1, "packets_received"),
          traffic("port_xmit_packets", 1, "packets_transmitted"),
          packets(EXTENDED_SET, "unicast_received"),
          packets("unicast_xmit_packets", "unicast_transmitted"),
          packets("multicast_rcv_packets", "multicast_received"),
          packets("multicast_xmit_packets", "multicast_transmitted"),
          error("port_xmit_wait", 32, "transmit_wait"),
          error("symbol_error", 16),
          error("link_downed", 8),
          error("link_error_recovery", 8),
          error("local_link_integrity_errors", 4),
          error("excessive_buffer_overrun_errors", 4),
          error("port_rcv_errors", 16),
          error("port_rcv_remote_physical_errors", 16),
          error("port_rcv_switch_relay_errors", 16),
          error("port_xmit_discards", 16),
          error("port_rcv_constraint_errors", 8),
          error("port_xmit_constraint_errors", 8),
          error("VL15_dropped", 16, "vl15_dropped"),
          hardware("out_of_buffer"),
          hardware("out_of_sequence"),
          hardware("packet_seq_err"),
          hardware("local_ack_timeout_err"),
          hardware("rnr_nak_retry_err"),
          hardware("np_cnp_sent"),
          hardware("np_ecn_marked_roce_packets"),
          hardware("rp_cnp_handled"),
          hardware("rp_cnp_ignored"),
          hardware("roce_adp_retrans"),
          hardware("roce_slow_restart"),
          hardware("rx_icrc_encapsulated"));

  private static final Map<String, Counter> BY_PATH =
      ALL.stream()
          .collect(
              toUnmodifiableMap(
                  counter -> counter.folder() + "/" + counter.file(), Function.identity()));

  private InfinibandCounters() {}

  /// Every counter that has a column, in the order of the columns.
  public static List<Counter> all() {
    return ALL;
  }

  /// The counter in that file; null when the contract has no column for it.
  public static @Nullable Counter of(String folder, String file) {
    return BY_PATH.get(folder + "/" + file);
  }

  private static Counter traffic(String file, int factor, String column) {
    return new Counter(COUNTERS, file, 32, true, factor, column(column));
  }

  /// Of the extended set alone.
  private static Counter packets(String file, String column) {
    return new Counter(COUNTERS, file, Long.SIZE, true, 1, column(column));
  }

  private static Counter error(String file, int bits) {
    return error(file, bits, file);
  }

  private static Counter error(String file, int bits, String column) {
    return new Counter(COUNTERS, file, bits, false, 1, column(column));
  }

  private static Counter hardware(String file) {
    return new Counter(HARDWARE_COUNTERS, file, Long.SIZE, false, 1, column(file));
  }

  private static Column column(String name) {
    return Contract.column(Table.PORT, name);
  }
}
