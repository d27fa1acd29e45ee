package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.telemetry.otlp.Occurrence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkSamplerTest {
  private static final String NET = "sys/class/net/";

  @TempDir private Path folder;
  private Tree tree;
  private LinkSampler sampler;

  @BeforeEach
  void begin() {
    tree = new Tree(folder);
    sampler = new LinkSampler(folder, InterfaceSampler.DEFAULT);
  }

  private Said round() throws IOException {
    return Said.of(sampler.sample(Instant.EPOCH));
  }

  private void link(String name, String state, long changes, long speed) throws IOException {
    tree.write(NET + name + "/operstate", state + "\n");
    tree.write(NET + name + "/flags", "0x1003\n");
    tree.write(NET + name + "/carrier_changes", changes + "\n");
    tree.write(NET + name + "/speed", speed + "\n");
    tree.write(NET + name + "/duplex", "full\n");
    tree.write(NET + name + "/mtu", "9000\n");
  }

  @Test
  void aLinkIsSaidWithItsSpeedAndAnUnknownSpeedIsAbsent() throws IOException {
    link("eth0", "up", 2, 200_000);
    link("eth1", "down", 7, -1);
    link("veth12", "up", 1, 10_000);
    String own = "lockstep.network.interface.";
    assertThat(round().values())
        .isEqualTo(
            Map.of(
                own + "up{network.interface.name=eth0}", 1.0,
                own + "carrier.changes{network.interface.name=eth0}", 2.0,
                own + "bandwidth.limit{network.interface.name=eth0}", 25e9,
                own + "full_duplex{network.interface.name=eth0}", 1.0,
                own + "mtu{network.interface.name=eth0}", 9000.0,
                own + "up{network.interface.name=eth1}", 0.0,
                own + "carrier.changes{network.interface.name=eth1}", 7.0,
                own + "mtu{network.interface.name=eth1}", 9000.0));
    assertThat(round().values()).hasSize(4);
  }

  @Test
  void whatWasSwitchedOffIsNotDown() throws IOException {
    link("eth0", "down", 2, -1);
    tree.write(NET + "eth0/flags", "0x1002\n");
    assertThat(round().values())
        .doesNotContainKey("lockstep.network.interface.up{network.interface.name=eth0}");
  }

  @Test
  void aBondThatLosesAMemberIsDegraded() throws IOException {
    link("eth0", "up", 2, 200_000);
    link("eth1", "up", 2, 200_000);
    link("bond0", "up", 2, 400_000);
    tree.write(NET + "bond0/bonding/slaves", "eth0 eth1\n");
    String members = "lockstep.network.bond.members{lockstep.network.bond.member.state=";
    assertThat(round().values())
        .containsEntry(members + "all,network.interface.name=bond0}", 2.0)
        .containsEntry(members + "up,network.interface.name=bond0}", 2.0);
    link("eth1", "down", 3, -1);
    assertThat(round().events().stream().map(Occurrence::body))
        .containsExactly("interface/bond0 is a bond of which 1 members have a link, and 2 had");
    link("eth1", "up", 4, 200_000);
    assertThat(round().events().getFirst().attributes()).containsEntry("hw.state", "ok");
  }

  @Test
  void theDriverOfALiveInterfaceSaysWhatItCounts() throws IOException {
    Path net = Path.of("/sys/class/net");
    List<String> real;
    try (var all = Files.list(net)) {
      real =
          all.filter(one -> Files.exists(one.resolve("device")))
              .map(one -> one.getFileName().toString())
              .toList();
    }
    assumeTrue(!real.isEmpty(), "no network card");
    List<String> names = DriverStatistics.names(real.getFirst());
    assertThat(names).isNotEmpty().allMatch(name -> !name.isBlank());
    assertThat(DriverStatistics.values(real.getFirst())).hasSize(names.size());
  }

  @Test
  void whatHasNoStatisticsSaysSo() {
    assertThatThrownBy(() -> DriverStatistics.names("no-such-card"))
        .isInstanceOf(IOException.class);
  }
}
