package io.lockstep.agent.sample.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.agent.sample.GpuLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Trees of servers of Meta's research cluster, each with the fault that its name says
/// (facebookresearch/gcm, `gcm/tests/data/health_checks`, MIT): what is learnt of the good one must
/// differ in the faulty one, and in what it is named for.
class NodeManifestsTest {
  private static final Path DATA =
      Path.of("../../shared/corpora/node-health-gcm-meta/data/health_checks");

  @TempDir private Path home;

  private NodeFacts facts(String manifest) throws IOException {
    Path root = home.resolve(manifest);
    JsonNode all = new ObjectMapper().readTree(DATA.resolve(manifest + ".json").toFile());
    if (all.has("intf_status")) {
      interfaces(root, all);
      return NodeFacts.read(root, new GpuLedger(), List.of());
    }
    for (Map.Entry<String, JsonNode> file : all.properties()) {
      // "/sys/class/pci_bus/0000:01/device/0000:01:00.0/…" is where its bus sees the same device
      put(
          root,
          file.getKey().replaceAll("/sys/class/pci_bus/[^/]*/device/", "/sys/bus/pci/devices/"),
          file.getValue().asText());
    }
    return NodeFacts.read(root, new GpuLedger(), List.of());
  }

  private static void put(Path root, String file, String text) throws IOException {
    Path path = root.resolve(file.substring(1));
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  /// Of `ip -json address` and the interfaces' speeds, a tree as the kernel's.
  private static void interfaces(Path root, JsonNode all) throws IOException {
    for (JsonNode one : all.get("intf_status")) {
      String name = one.get("ifname").asText();
      if (!name.startsWith("enp")) {
        continue; // a bond, or the loopback
      }
      int bus = Integer.parseInt(name.replaceAll("enp([0-9]+)s.*", "$1"));
      String folder = "/sys/bus/pci/devices/0000:%02x:00.0/net/%s/".formatted(bus, name);
      put(root, folder + "operstate", one.get("operstate").asText().toLowerCase(Locale.ROOT));
      put(root, folder + "mtu", one.get("mtu").asText());
      put(root, folder + "type", "1");
      put(root, folder + "speed", all.at("/link_speed/" + name).asText());
      put(root, folder + "address", all.at("/phys_macaddr/" + name).asText());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "learn_good, learn_ib_intf_bad_rate, infiniband/mlx5_8/1.rate",
    "learn_good, learn_ib_intf_operstate_down, net/ib4.state",
    "learn_good, learn_ib_intf_bad_version, infiniband/mlx5_0/1.rate",
    "learn_good, learn_stuck_ib_intf, infiniband/mlx5_8/1.state",
    "learn_good, learn_ib_misbound_if, net/ib0.pci",
    "eth_learn_good, eth_learn_degraded_intf, net/enp225s0f0.speed",
    "eth_learn_good, eth_learn_down_intf, net/enp225s0f0.state",
    "eth_learn_good, eth_learn_missing_intf, net/enp225s0f0.pci",
    "eth_learn_good, eth_learn_mtu_bad, net/enp225s0f0.mtu",
    "eth_learn_good, eth_learn_nic_swap, net/enp225s0f0.mac",
    "cache_milan_good, cache_downlink, pcie/0000:c3:00.0",
    "compute_samsung980pro, compute_samsung980pro-downgraded, pcie/0000:8d:00.0",
  })
  void theFaultThatAManifestIsNamedForIsFound(String good, String faulty, String item)
      throws IOException {
    assumeThat(DATA).as("no corpora here").isDirectory();
    SortedMap<String, String> learnt = Expected.learnable(facts(good));
    var expected = new Expected(Map.of(), learnt, true);
    assertThat(expected.differences(facts(good), List.of())).isEmpty();
    var differences = expected.differences(facts(faulty), List.of());
    assertThat(differences).containsKey(item);
  }
}
