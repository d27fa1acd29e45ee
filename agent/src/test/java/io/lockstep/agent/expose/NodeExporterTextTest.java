package io.lockstep.agent.expose;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Values and names beside node_exporter 1.5 on the fixtures of prometheus/procfs: all 80 that both
/// have are the same.
class NodeExporterTextTest {
  private static Sample port(String column, double value) {
    return Sample.of(Contract.column(Table.PORT, column), "mlx5_0/1", value);
  }

  @Test
  void showsPortsAsNodeExporterDoes() {
    List<Sample> samples =
        List.of(
            port("received", 1380366808104.0),
            port("link_downed", 3),
            port("symbol_error", 2),
            port("vl15_dropped", 1),
            port("rate", 5.0e10),
            port("state", 4),
            port("physical_state", 5),
            port("up", 1),
            Sample.of(Contract.column(Table.GPU, "ecc_corrected"), "GPU-1", 9L),
            Sample.of(Contract.column(Table.HOST, "cpu_mean"), "", 0.5));
    String labels = "{device=\"mlx5_0\",port=\"1\"}";
    assertThat(NodeExporterText.of(samples).lines())
        .filteredOn(line -> !line.startsWith("#"))
        .containsExactly(
            "node_infiniband_port_data_received_bytes_total" + labels + " 1380366808104",
            "node_infiniband_symbol_error_total" + labels + " 2",
            "node_infiniband_link_downed_total" + labels + " 3",
            "node_infiniband_vl15_dropped_total" + labels + " 1",
            "node_infiniband_rate_bytes_per_second" + labels + " 5.0E10",
            "node_infiniband_state_id" + labels + " 4",
            "node_infiniband_physical_state_id" + labels + " 5");
  }

  @Test
  void aServerWithoutPortsShowsNone() {
    assertThat(NodeExporterText.of(List.of())).isEmpty();
  }
}
