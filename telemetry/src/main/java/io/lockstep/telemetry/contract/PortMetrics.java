package io.lockstep.telemetry.contract;

import static io.lockstep.telemetry.contract.Column.Type.FLOAT;
import static io.lockstep.telemetry.contract.Column.Type.INT;
import static io.lockstep.telemetry.contract.Column.Type.LONG;
import static io.lockstep.telemetry.contract.Rows.live;
import static io.lockstep.telemetry.contract.Rows.stored;
import static io.lockstep.telemetry.contract.Table.PORT;

import io.lockstep.telemetry.contract.Rows.At;
import java.util.stream.Stream;

/// What is known of one InfiniBand or RoCE port. `hw.id` is `device/port`, as in `mlx5_0/1`.
final class PortMetrics {
  private static final String TYPE = "hw.type";
  private static final String ERROR = "error.type";
  private static final String DIRECTION = "network.io.direction";

  private PortMetrics() {}

  static void addTo(Rows rows) {
    state(rows);
    traffic(rows);
    errors(rows);
    rdma(rows);
  }

  private static void state(Rows rows) {
    var port = Subject.HARDWARE;
    rows.upDownCounter(
        "hw.network.up",
        "1",
        port,
        "1 when the port can carry traffic (state ACTIVE), else 0.",
        live(PORT, "up", INT, TYPE, "network"));
    rows.gauge(
        "lockstep.network.port.state",
        "{state}",
        port,
        "Logical state as the kernel numbers it: 1 down, 2 init, 3 armed, 4 active, 5 active defer.",
        live(PORT, "state", INT));
    rows.gauge(
        "lockstep.network.port.physical_state",
        "{state}",
        port,
        "Physical state as the kernel numbers it: 1 sleep, 2 polling, 3 disabled, 4 training,"
            + " 5 link up, 6 error recovery, 7 test.",
        live(PORT, "physical_state", INT));
    rows.upDownCounter(
        "hw.network.bandwidth.limit",
        "By/s",
        port,
        "Rate of the link as it was negotiated.",
        live(PORT, "rate", FLOAT, TYPE, "network"));
    rows.gauge(
        "lockstep.network.port.width",
        "{lane}",
        port,
        "Lanes of the link as they were negotiated.",
        live(PORT, "width", INT));
    rows.gauge(
        "lockstep.network.port.bandwidth.lost",
        "By/s",
        port,
        "By how much the rate of an active port is below the highest that it had since the server"
            + " started.",
        live(PORT, "rate_lost", FLOAT));
    rows.gauge(
        "lockstep.network.port.link_layer",
        "{layer}",
        port,
        "What the port speaks, as the kernel numbers it: 1 InfiniBand, 2 Ethernet (RoCE), where the"
            + " counters of the InfiniBand link itself count nothing.",
        stored(PORT, "link_layer", INT));
    rows.upDownCounter(
        "lockstep.network.port.saturated_counters",
        "{counter}",
        port,
        "Counters of the port that stand at their ceiling and count no further until cleared.",
        live(PORT, "saturated_counters", INT));
  }

  private static void traffic(Rows rows) {
    var port = Subject.HARDWARE;
    rows.counter(
        "hw.network.io",
        "By",
        port,
        "Bytes over the port (the kernel's port_rcv_data and port_xmit_data, times 4).",
        live(PORT, "received", LONG, TYPE, "network", DIRECTION, "receive"),
        live(PORT, "transmitted", LONG, TYPE, "network", DIRECTION, "transmit"));
    rows.counter(
        "hw.network.packets",
        "{packet}",
        port,
        "Packets over the port, every ten seconds.",
        stored(PORT, "packets_received", LONG, TYPE, "network", DIRECTION, "receive"),
        stored(PORT, "packets_transmitted", LONG, TYPE, "network", DIRECTION, "transmit"));
    rows.counter(
        "lockstep.network.port.packets",
        "{packet}",
        port,
        "Packets over the port to one receiver and to a group of them, with those in error, every ten"
            + " seconds: `hw.network.packets` has them already. Only of adapters that count them.",
        packets("unicast_received", "unicast", "receive"),
        packets("unicast_transmitted", "unicast", "transmit"),
        packets("multicast_received", "multicast", "receive"),
        packets("multicast_transmitted", "multicast", "transmit"));
    rows.counter(
        "lockstep.network.port.transmit.wait",
        "{tick}",
        port,
        "Ticks in which the port had data to send and no credit: back pressure (port_xmit_wait).",
        live(PORT, "transmit_wait", LONG));
  }

  private static At packets(String column, String cast, String direction) {
    return stored(PORT, column, LONG, "lockstep.network.cast", cast, DIRECTION, direction);
  }

  private static void errors(Rows rows) {
    At[] places =
        Stream.of(
                live(PORT, "symbol_error", LONG, TYPE, "network", ERROR, "symbol_error"),
                live(PORT, "link_downed", LONG, TYPE, "network", ERROR, "link_downed"),
                error("link_error_recovery"),
                error("local_link_integrity_errors"),
                error("excessive_buffer_overrun_errors"),
                error("port_rcv_errors"),
                error("port_rcv_remote_physical_errors"),
                error("port_rcv_switch_relay_errors"),
                error("port_xmit_discards"),
                error("port_rcv_constraint_errors"),
                error("port_xmit_constraint_errors"),
                error("VL15_dropped", "vl15_dropped"))
            .toArray(At[]::new);
    rows.counter("hw.errors", "{error}", Subject.HARDWARE, "", places);
  }

  private static At error(String counter) {
    return error(counter, counter);
  }

  private static At error(String counter, String column) {
    return stored(PORT, column, LONG, TYPE, "network", ERROR, counter);
  }

  private static void rdma(Rows rows) {
    String counter = "lockstep.network.rdma.counter";
    rows.counter(
        "lockstep.network.rdma.events",
        "{event}",
        Subject.HARDWARE,
        "What the adapter counts of its RDMA traffic, every ten seconds: the kernel's hw_counters by"
            + " their own names. Those without a column here are kept as narrow rows.",
        Stream.of(
                "out_of_buffer",
                "out_of_sequence",
                "packet_seq_err",
                "local_ack_timeout_err",
                "rnr_nak_retry_err",
                "np_cnp_sent",
                "np_ecn_marked_roce_packets",
                "rp_cnp_handled",
                "rp_cnp_ignored",
                "roce_adp_retrans",
                "roce_slow_restart",
                "rx_icrc_encapsulated")
            .map(name -> stored(PORT, name, LONG, counter, name))
            .toArray(At[]::new));
  }
}
