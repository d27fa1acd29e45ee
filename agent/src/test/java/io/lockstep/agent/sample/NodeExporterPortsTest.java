package io.lockstep.agent.sample;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.NodeExporter;
import io.lockstep.agent.batch.Nowhere;
import io.lockstep.agent.expose.Newest;
import io.lockstep.agent.expose.NodeExporterText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Ports of a captured tree, from their files to what a scraper sees of them.
class NodeExporterPortsTest {
  private static final Path PROCFS = Path.of("src/test/resources/captured/procfs");

  private final Newest newest = new Newest(new Nowhere());

  private Map<String, Double> shown() throws IOException {
    var choice = Choice.all(Duration.ofSeconds(1));
    try (var sampler =
        new InfinibandSampler(PROCFS, choice, List.of(), Duration.ofSeconds(10), null)) {
      Reading reading = sampler.sample(Instant.EPOCH);
      newest.events(reading.events());
      newest.metrics(Instant.EPOCH, reading.samples());
    }
    return values(NodeExporterText.of(newest));
  }

  private static Map<String, Double> values(String text) {
    return text.lines()
        .filter(line -> line.startsWith("node_infiniband_"))
        .collect(
            toMap(
                line -> line.substring(0, line.lastIndexOf(' ')),
                line -> Double.valueOf(line.substring(line.lastIndexOf(' '))),
                (_, _) -> Double.NaN,
                TreeMap::new));
  }

  @Test
  void devicesAndPacketsByCastAreShown() throws IOException {
    assertThat(shown())
        .hasSize(87)
        .containsEntry(
            "node_infiniband_info{board_id=\"HPE 100Gb 1-port OP101 QSFP28 x16 PCIe Gen3 with"
                + " Intel Omni-Path Adapter\",device=\"hfi1_0\",firmware_version=\"1.27.0\","
                + "hca_type=\"\"}",
            1.0)
        .containsEntry(
            "node_infiniband_info{board_id=\"SM_1141000001000\",device=\"mlx4_0\","
                + "firmware_version=\"2.31.5050\",hca_type=\"MT4099\"}",
            1.0)
        .containsEntry(
            "node_infiniband_unicast_packets_transmitted_total{device=\"mlx5_0\",port=\"1\"}",
            10_907_922_116.0)
        .containsEntry(
            "node_infiniband_multicast_packets_received_total{device=\"mlx5_0\",port=\"1\"}", 0.0);
  }

  @Test
  void scrapersSeeWhatNodeExporterShowsOfTheSamePorts() throws IOException {
    String sys = "--path.sysfs=" + PROCFS.resolve("sys").toAbsolutePath();
    assertThat(shown()).isEqualTo(values(NodeExporter.shows("--collector.infiniband", sys)));
  }
}
