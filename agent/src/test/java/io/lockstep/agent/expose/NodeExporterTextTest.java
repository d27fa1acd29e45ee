package io.lockstep.agent.expose;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.batch.Nowhere;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NodeExporterTextTest {
  private static final String LABELS = "{device=\"mlx5_0\",port=\"1\"}";

  private final Newest newest = new Newest(new Nowhere());

  private static Sample port(String column, double value) {
    return Sample.of(Contract.column(Table.PORT, column), "mlx5_0/1", value);
  }

  private void found(Map<String, String> attributes) {
    newest.events(List.of(new Occurrence("lockstep.network.port.found", 0, "", attributes)));
  }

  private Stream<String> lines(Sample... samples) {
    newest.metrics(Instant.EPOCH, List.of(samples));
    return NodeExporterText.of(newest).lines().filter(line -> !line.startsWith("#"));
  }

  @Test
  void showsPortsAsNodeExporterDoes() {
    assertThat(
            lines(
                port("received", 1380366808104.0),
                port("unicast_received", 8),
                port("unicast_transmitted", 7),
                port("multicast_received", 6),
                port("multicast_transmitted", 5),
                port("link_downed", 3),
                port("symbol_error", 2),
                port("vl15_dropped", 1),
                port("rate", 5.0e10),
                port("state", 4),
                port("physical_state", 5),
                port("up", 1),
                Sample.of(Contract.column(Table.GPU, "ecc_corrected"), "GPU-1", 9L),
                Sample.of(Contract.column(Table.HOST, "cpu_mean"), "", 0.5)))
        .containsExactly(
            "node_infiniband_port_data_received_bytes_total" + LABELS + " 1380366808104",
            "node_infiniband_unicast_packets_received_total" + LABELS + " 8",
            "node_infiniband_unicast_packets_transmitted_total" + LABELS + " 7",
            "node_infiniband_multicast_packets_received_total" + LABELS + " 6",
            "node_infiniband_multicast_packets_transmitted_total" + LABELS + " 5",
            "node_infiniband_symbol_error_total" + LABELS + " 2",
            "node_infiniband_link_downed_total" + LABELS + " 3",
            "node_infiniband_vl15_dropped_total" + LABELS + " 1",
            "node_infiniband_rate_bytes_per_second" + LABELS + " 5.0E10",
            "node_infiniband_state_id" + LABELS + " 4",
            "node_infiniband_physical_state_id" + LABELS + " 5");
  }

  @Test
  void aDeviceIsShownOnceWithWhatWasFoundOfItLast() {
    String board = "lockstep.network.board";
    found(Map.of("hw.id", "mlx5_0/1", "hw.firmware_version", "28.39.1002", board, "MT_0000000838"));
    found(Map.of("hw.id", "mlx5_0/2", "hw.firmware_version", "28.43.2026", board, "MT_0000000838"));
    assertThat(lines(port("state", 4)))
        .containsExactly(
            "node_infiniband_state_id" + LABELS + " 4",
            "node_infiniband_info{board_id=\"MT_0000000838\",device=\"mlx5_0\","
                + "firmware_version=\"28.43.2026\",hca_type=\"\"} 1");
  }

  @Test
  void aDeviceOfWhichNothingIsKnownOrThatIsGoneIsNotShown() {
    found(Map.of("hw.id", "mlx5_0/1"));
    found(Map.of("hw.id", "mlx5_1/1", "hw.firmware_version", "28.39.1002", "hw.model", "MT4129"));
    assertThat(lines(port("state", 4))).containsExactly("node_infiniband_state_id" + LABELS + " 4");
  }

  @Test
  void aServerWithoutPortsShowsNone() {
    assertThat(lines()).isEmpty();
  }
}
