package io.lockstep.agent.expose;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric.Kind;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.exposition.Family;
import io.lockstep.telemetry.exposition.PrometheusText;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.AttributeKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// InfiniBand and RoCE ports under the names and labels of
/// [node_exporter](https://github.com/prometheus/node_exporter) 1.5's `infiniband` collector, so
/// that dashboards and alerts made for it go on working.
public final class NodeExporterText {
  private static final AttributeKey<String> ID = AttributeKey.stringKey("hw.id");

  /// @param name without `node_infiniband_` and `_total`
  private record Row(String name, Kind kind, String help, Column column) {}

  private static final List<Row> ROWS =
      List.of(
          counter("port_data_received_bytes", "Bytes received.", "received"),
          counter("port_data_transmitted_bytes", "Bytes transmitted.", "transmitted"),
          counter("port_packets_received", "Packets received.", "packets_received"),
          counter("port_packets_transmitted", "Packets transmitted.", "packets_transmitted"),
          counter(
              "unicast_packets_received",
              "Packets to one receiver that came in.",
              "unicast_received"),
          counter(
              "unicast_packets_transmitted",
              "Packets to one receiver that were sent.",
              "unicast_transmitted"),
          counter(
              "multicast_packets_received",
              "Packets to a group that came in.",
              "multicast_received"),
          counter(
              "multicast_packets_transmitted",
              "Packets to a group that were sent.",
              "multicast_transmitted"),
          counter(
              "port_transmit_wait",
              "Ticks in which there was data to send and no credit.",
              "transmit_wait"),
          counter("symbol_error", "Minor errors of the link.", "symbol_error"),
          counter("link_downed", "Times that the link went down.", "link_downed"),
          counter(
              "link_error_recovery",
              "Times that the link came back from an error.",
              "link_error_recovery"),
          counter(
              "local_link_integrity_errors",
              "Times that there were too many errors of the local link.",
              "local_link_integrity_errors"),
          counter(
              "excessive_buffer_overrun_errors",
              "Times that a buffer ran over too often.",
              "excessive_buffer_overrun_errors"),
          counter("port_errors_received", "Packets received in error.", "port_rcv_errors"),
          counter(
              "port_receive_remote_physical_errors",
              "Packets that the other end marked as bad.",
              "port_rcv_remote_physical_errors"),
          counter(
              "port_receive_switch_relay_errors",
              "Packets that a switch could not pass on.",
              "port_rcv_switch_relay_errors"),
          counter(
              "port_discards_transmitted",
              "Packets that were thrown away instead of sent.",
              "port_xmit_discards"),
          counter(
              "port_constraint_errors_received",
              "Packets received that a rule of the port forbids.",
              "port_rcv_constraint_errors"),
          counter(
              "port_constraint_errors_transmitted",
              "Packets to send that a rule of the port forbids.",
              "port_xmit_constraint_errors"),
          counter("vl15_dropped", "Management packets thrown away.", "vl15_dropped"),
          gauge("rate_bytes_per_second", "Rate of the link.", "rate"),
          gauge("state_id", "Logical state, 4 is active.", "state"),
          gauge("physical_state_id", "Physical state, 5 is up.", "physical_state"));

  private static final String INFO_HELP = "What the device is; always 1.";

  /// Labels that say what a device is, with the attributes of `lockstep.network.port.found` that
  /// have it.
  private static final Map<String, String> INFO =
      Map.of(
          "board_id", "lockstep.network.board",
          "firmware_version", "hw.firmware_version",
          "hca_type", "hw.model");

  private NodeExporterText() {}

  private static Row counter(String name, String help, String column) {
    return new Row(name, Kind.COUNTER, help, Contract.column(Table.PORT, column));
  }

  private static Row gauge(String name, String help, String column) {
    return new Row(name, Kind.GAUGE, help, Contract.column(Table.PORT, column));
  }

  /// Prometheus' text format.
  public static String of(Newest newest) {
    List<Sample> samples = newest.samples();
    var families = new ArrayList<Family>();
    var devices = new TreeSet<String>();
    for (Row row : ROWS) {
      var points = new ArrayList<Family.Point>();
      for (Sample sample : samples) {
        String id = String.valueOf(sample.attributes().get(ID));
        int slash = id.indexOf('/');
        if (slash > 0 && sample.isOf(row.column)) {
          String device = id.substring(0, slash);
          devices.add(device);
          Map<String, String> labels = Map.of("device", device, "port", id.substring(slash + 1));
          points.add(new Family.Point(labels, Family.value(sample)));
        }
      }
      add(families, row.name, row.kind, row.help, points);
    }
    add(families, "info", Kind.GAUGE, INFO_HELP, infos(devices, newest.adapters()));
    return PrometheusText.of(families);
  }

  private static void add(
      List<Family> families, String name, Kind kind, String help, List<Family.Point> points) {
    if (!points.isEmpty()) {
      families.add(new Family("node_infiniband_" + name, "", kind, help, points));
    }
  }

  /// One for each device that is there and of which something is known; what else is not known is
  /// an empty label, as node_exporter has it.
  private static List<Family.Point> infos(
      Set<String> devices, Map<String, Map<String, String>> adapters) {
    var infos = new ArrayList<Family.Point>();
    for (String device : devices) {
      Map<String, String> found = adapters.getOrDefault(device, Map.of());
      if (INFO.values().stream().anyMatch(found::containsKey)) {
        Map<String, String> labels = new HashMap<>(Map.of("device", device));
        INFO.forEach((label, name) -> labels.put(label, found.getOrDefault(name, "")));
        infos.add(new Family.Point(labels, 1L));
      }
    }
    return infos;
  }
}
