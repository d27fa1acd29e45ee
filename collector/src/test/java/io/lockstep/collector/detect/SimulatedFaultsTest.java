package io.lockstep.collector.detect;

import static io.lockstep.collector.detect.VirtualCluster.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.detect.VirtualCluster.First;
import io.lockstep.simulator.ClusterSpec;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// All detectors together on simulated clusters, through real OTLP bytes.
class SimulatedFaultsTest {
  @ParameterizedTest
  @CsvSource({"8,1,1", "8,2,2.5", "12,3,0.5", "16,4,1", "4,5,6"})
  void staysSilentOnAHealthyCluster(int servers, long seed, double step) {
    var cluster = new VirtualCluster(new ClusterSpec(servers, seed, step));
    cluster.run(150);
    assertThat(cluster.found).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"8,11,1", "16,12,2.5", "12,13,0.5", "8,14,5"})
  void findsEachFaultAndNothingElse(int servers, long seed, double step) {
    var cluster =
        new VirtualCluster(
            new ClusterSpec(servers, seed, step),
            "port-flapping,start=15s",
            "gpu-slow,start=40s",
            "host-silent,start=55s");
    cluster.run(110);
    String flapping = key("port-flapping", cluster.injected.get(0));
    String down = key("port-down", cluster.injected.get(0));
    String slow = key("straggler", cluster.injected.get(1));
    String silent = key("host-silent", cluster.injected.get(2));
    String heat = key("gpu-throttled-heat", cluster.injected.get(1));
    // The port is found down at once, but an alert waits longer than each of its flaps lasts. Heat
    // and slowness are of one GPU, and so one incident.
    assertThat(cluster.found.keySet())
        .containsExactlyInAnyOrder(
            flapping,
            down,
            key("port-flapping-slowly", cluster.injected.get(0)),
            slow,
            heat,
            silent);
    assertThat(first(cluster, slow).finding().summary()).contains("hardware thermal slowdown");
    assertThat(first(cluster, slow).second()).isLessThan(40 + 6 + Math.max(10, 3 * (long) step));
    assertThat(first(cluster, silent).finding().summary()).contains("its 8 ranks go on training");
    assertThat(first(cluster, silent).second()).isBetween(64L, 67L);
    assertThat(first(cluster, flapping).finding().summary()).contains("came back 2 times");
    assertThat(first(cluster, flapping).second()).isBetween(42L, 43L);
  }

  @Test
  void findsAPortThatIsDown() {
    var cluster = new VirtualCluster(new ClusterSpec(4, 7, 1), "port-down,start=20s");
    cluster.run(60);
    String down = key("port-down", cluster.injected.getFirst());
    assertThat(cluster.found.keySet()).containsExactly(down);
    assertThat(first(cluster, down).finding().evidence()).containsEntry("physical_state", 2.0);
  }

  private static First first(VirtualCluster cluster, String key) {
    return Objects.requireNonNull(cluster.found.get(key));
  }
}
