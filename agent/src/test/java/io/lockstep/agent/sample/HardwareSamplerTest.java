package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.otlp.Occurrence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HardwareSamplerTest {
  private static final String MC = "sys/devices/system/edac/mc/mc0/";
  private static final String PORT = "sys/devices/pci0000:00/0000:00:03.0/";
  private static final String ADAPTER = PORT + "0000:5e:00.0/";

  @TempDir private Path folder;
  private Tree tree;
  private HardwareSampler sampler;
  private Instant now = Instant.EPOCH;

  @BeforeEach
  void begin() {
    tree = new Tree(folder);
    sampler = new HardwareSampler(folder, Duration.ofMinutes(1));
  }

  private Said round() throws IOException {
    now = now.plusSeconds(60);
    return Said.of(sampler.sample(now));
  }

  private static List<String> bodies(Said said) {
    return said.events().stream().map(Occurrence::body).toList();
  }

  private void memory(long corrected, long uncorrected) throws IOException {
    tree.write(MC + "ce_count", corrected + "\n");
    tree.write(MC + "ue_count", uncorrected + "\n");
    tree.write(MC + "dimm3/dimm_ce_count", corrected + "\n");
    tree.write(MC + "dimm3/dimm_ue_count", uncorrected + "\n");
    tree.write(MC + "dimm3/dimm_label", "CPU_SrcID#0_MC#0_Chan#1_DIMM#1\n");
  }

  @Test
  void anUncorrectedErrorOfMemoryIsToldAndWhatWasBeforeIsNot() throws IOException {
    memory(3, 1);
    Said first = round();
    String errors = "hw.errors{error.type=";
    assertThat(first.values())
        .isEqualTo(
            Map.of(
                errors + "corrected,hw.id=memory/mc0,hw.type=memory}", 3.0,
                errors + "uncorrected,hw.id=memory/mc0,hw.type=memory}", 1.0,
                errors + "corrected,hw.id=memory/mc0/dimm3,hw.type=memory}", 3.0,
                errors + "uncorrected,hw.id=memory/mc0/dimm3,hw.type=memory}", 1.0));
    assertThat(first.events()).isEmpty();
    memory(3, 3);
    assertThat(bodies(round())).containsExactly("memory/mc0 had 2 uncorrected errors");
    assertThat(round().events()).isEmpty();
  }

  @Test
  void aModuleWithManyCorrectedErrorsWithinADayIsDegradedUntilADayAfter() throws IOException {
    memory(100, 0);
    assertThat(round().events()).isEmpty();
    memory(109, 0);
    assertThat(round().events()).isEmpty();
    memory(110, 0);
    Said said = round();
    assertThat(bodies(said))
        .containsExactly(
            "memory/mc0/dimm3 (CPU_SrcID#0_MC#0_Chan#1_DIMM#1) had 10 and more corrected errors"
                + " within a day");
    assertThat(said.events().getFirst().attributes()).containsEntry("hw.state", "degraded");
    for (int minute = 0; minute < 14; minute++) {
      assertThat(round().events()).isEmpty();
    }
    assertThat(round().eventNames()).containsExactly("lockstep.hardware.state.changed");
    now = now.plus(Duration.ofHours(25));
    assertThat(round().events().getFirst().attributes()).containsEntry("hw.state", "ok");
    assertThat(round().events()).isEmpty();
  }

  private void adapter(int lanes, String speed, long correctable, long fatal) throws IOException {
    tree.write(PORT + "class", "0x060400\n");
    tree.write(PORT + "max_link_width", "8\n");
    tree.write(PORT + "max_link_speed", "16.0 GT/s PCIe\n");
    tree.write(ADAPTER + "class", "0x020700\n");
    tree.write(ADAPTER + "current_link_width", lanes + "\n");
    tree.write(ADAPTER + "current_link_speed", speed + " GT/s PCIe\n");
    tree.write(ADAPTER + "max_link_width", "16\n");
    tree.write(ADAPTER + "max_link_speed", "32.0 GT/s PCIe\n");
    tree.write(
        ADAPTER + "aer_dev_correctable", "RxErr 0\nBadTLP 1\nTOTAL_ERR_COR " + correctable + "\n");
    tree.write(ADAPTER + "aer_dev_nonfatal", "Undefined 0\nTOTAL_ERR_NONFATAL 0\n");
    tree.write(ADAPTER + "aer_dev_fatal", "Undefined 0\nTOTAL_ERR_FATAL " + fatal + "\n");
    Path devices = Files.createDirectories(tree.path("sys/bus/pci/devices"));
    for (String device : List.of(PORT, ADAPTER)) {
      Path link = devices.resolve(tree.path(device).getFileName());
      if (!Files.exists(link)) {
        Files.createSymbolicLink(link, tree.path(device));
      }
    }
  }

  @Test
  void anAdaptersLinkIsComparedWithWhatItHadAndLimitedByItsSlot() throws IOException {
    adapter(8, "16.0", 0, 0);
    String link = "{hw.id=pci/0000:5e:00.0,lockstep.pci.link.value=";
    assertThat(round().values())
        .containsEntry("lockstep.pci.link.lanes" + link + "current}", 8.0)
        .containsEntry("lockstep.pci.link.lanes" + link + "limit}", 8.0)
        .containsEntry("lockstep.pci.link.speed" + link + "current}", 16e9)
        .containsEntry("lockstep.pci.link.speed" + link + "limit}", 16e9);
    adapter(4, "16.0", 0, 0);
    assertThat(bodies(round()))
        .containsExactly("pci/0000:5e:00.0 has a PCIe link of 4 lanes, and had 8");
    adapter(8, "2.5", 0, 0);
    assertThat(bodies(round()))
        .containsExactly("pci/0000:5e:00.0 has a PCIe link of 2.5 GT/s, and had 16.0");
    adapter(8, "16.0", 0, 0);
    assertThat(bodies(round())).containsExactly("pci/0000:5e:00.0 is as it should be again");
  }

  @Test
  void fatalErrorsAreToldAndCorrectedOnesOnlyWhereTheyDoNotEnd() throws IOException {
    adapter(8, "16.0", 5, 0);
    assertThat(round().values())
        .containsEntry(
            "lockstep.pci.errors{hw.id=pci/0000:5e:00.0,lockstep.pci.error.severity=correctable}",
            5.0);
    adapter(8, "16.0", 5, 1);
    assertThat(bodies(round())).containsExactly("pci/0000:5e:00.0 had 1 fatal error");
    for (int minute = 1; minute <= 4; minute++) {
      adapter(8, "16.0", 5 + 20 * minute, 1);
      assertThat(round().events()).isEmpty();
    }
    adapter(8, "16.0", 200, 1);
    assertThat(bodies(round()))
        .containsExactly("pci/0000:5e:00.0 has more than 8 corrected PCIe errors a minute");
    for (int minute = 1; minute < 10; minute++) {
      assertThat(round().events()).isEmpty();
    }
    assertThat(bodies(round())).containsExactly("pci/0000:5e:00.0 is as it should be again");
  }

  @Test
  void anAdapterThatIsPulledOutAndPutBackIsAnother() throws IOException {
    adapter(8, "16.0", 5, 0);
    round();
    Files.delete(tree.path("sys/bus/pci/devices/0000:5e:00.0"));
    assertThat(round().values().keySet()).noneMatch(key -> key.contains("5e:00"));
    adapter(8, "16.0", 0, 0);
    Said said = round();
    assertThat(said.values().keySet()).anyMatch(key -> key.contains("5e:00"));
    assertThat(said.events()).isEmpty();
  }

  @Test
  void aRaidThatLostADiskIsDegradedUntilItIsBuiltAnew() throws IOException {
    tree.write(
        "proc/mdstat",
        """
        Personalities : [raid1] [raid0]
        md6 : active raid1 sdb2[2](F) sdc[1](S) sda2[0]
              195310144 blocks super 1.2 [2/1] [U_]
              [=>...................]  recovery =  8.5% (16775552/195310144) finish=17.0min

        md10 : active raid0 sda1[0] sdb1[1]
               314159265 blocks 64k chunks

        md219 : inactive sdb[2](S) sdc[1](S) sda[0](S)
                7932 blocks super external:imsm

        unused devices: <none>
        """);
    Said said = round();
    String disks = "lockstep.raid.disks{hw.id=raid/md6,lockstep.raid.disk.state=";
    assertThat(said.values()).isEqualTo(Map.of(disks + "all}", 2.0, disks + "active}", 1.0));
    assertThat(bodies(said)).containsExactly("raid/md6 works with 1 of its 2 disks");
    tree.write("proc/mdstat", "md6 : active raid1 sdb2[2] sda2[0]\n  195 blocks [2/2] [UU]\n");
    assertThat(bodies(round())).containsExactly("raid/md6 is as it should be again");
  }

  @Test
  void processorsAreSaidBySocketAndMemoryByNode() throws IOException {
    for (int core = 0; core < 4; core++) {
      String cpu = "sys/devices/system/cpu/cpu" + core + "/";
      tree.write(cpu + "topology/physical_package_id", core / 2 + "\n");
      tree.write(cpu + "cpufreq/scaling_cur_freq", (2_000_000 + 1000 * core) + "\n");
      tree.write(cpu + "thermal_throttle/core_throttle_count", core + "\n");
      tree.write(cpu + "thermal_throttle/package_throttle_count", "30\n");
    }
    String rapl = "sys/class/powercap/intel-rapl:1/";
    tree.write(rapl + "name", "package-1\n");
    tree.write(rapl + "max_energy_range_uj", "1000000000\n");
    tree.write(rapl + "energy_uj", "999000000\n");
    String node = "sys/devices/system/node/node1/";
    tree.write(
        node + "meminfo",
        "\nNode 1 MemTotal: 100 kB\nNode 1 MemFree:  40 kB\nNode 1 MemUsed: 60 kB\n");
    tree.write(node + "numastat", "numa_hit 7\nnuma_miss 2\nnuma_foreign 3\ninterleave_hit 1\n");
    Map<String, Double> values = round().values();
    assertThat(values)
        .hasSize(5 + 5 + 1 + 5)
        .containsEntry("hw.cpu.speed{hw.id=cpu/1,lockstep.aggregation=mean}", 2.0025e9)
        .containsEntry("hw.cpu.speed{hw.id=cpu/1,lockstep.aggregation=min}", 2.002e9)
        .containsEntry("hw.cpu.speed{hw.id=cpu/1,lockstep.aggregation=max}", 2.003e9)
        .containsEntry("lockstep.cpu.throttles{hw.id=cpu/1,lockstep.cpu.throttle.scope=cores}", 5.0)
        .containsEntry(
            "lockstep.cpu.throttles{hw.id=cpu/1,lockstep.cpu.throttle.scope=socket}", 30.0)
        .containsEntry("hw.energy{hw.id=cpu/1,hw.type=cpu}", 999.0)
        .containsEntry("lockstep.numa.memory.usage{hw.id=numa/1,system.memory.state=used}", 61440.0)
        .containsEntry("lockstep.numa.allocations{hw.id=numa/1,lockstep.numa.outcome=miss}", 2.0);
    // the counter of energy starts anew when it is full
    tree.write(rapl + "energy_uj", "1000000\n");
    assertThat(round().values()).containsEntry("hw.energy{hw.id=cpu/1,hw.type=cpu}", 1001.0);
  }

  @Test
  void nonsenseInItsFilesIsNoValueAndNoFault() throws IOException {
    adapter(8, "16.0", 0, 0);
    tree.write(ADAPTER + "current_link_width", "Unknown\n");
    tree.write(ADAPTER + "current_link_speed", "Unknown\n");
    tree.write(ADAPTER + "aer_dev_correctable", "\u0000\u0001garbage");
    tree.write(MC + "ce_count", "-");
    tree.write(MC + "dimm0/dimm_ce_count", "99999999999999999999\n");
    tree.write("proc/mdstat", "md0 : active raid1\n   1 blocks [x/y] [\n   2 blocks ][/] [");
    tree.write("sys/devices/system/cpu/cpu0/topology/physical_package_id", "-1\n");
    Said said = round();
    assertThat(said.values()).isEmpty();
    assertThat(said.eventNames()).allMatch("lockstep.agent.reader.failed"::equals);
  }

  @Test
  void whatTheServerIsIsToldOnceAndWhatChangesIsToldLater() throws IOException {
    tree.write("proc/cpuinfo", "processor\t: 0\nmodel name\t: Xeon 8480C\nmicrocode\t: 0x2b\n");
    tree.write("etc/os-release", "NAME=Ubuntu\nPRETTY_NAME=\"Ubuntu 24.04.1 LTS\"\n");
    tree.write(
        "proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 iommu=pt quiet pci=realloc=off\n");
    tree.write("sys/class/dmi/id/product_name", "DGXH100\n");
    tree.write("sys/module/nvidia_peermem/version", "550\n");
    Said said = round();
    assertThat(said.eventNames()).containsExactly("lockstep.host.found");
    assertThat(said.events().getFirst().attributes())
        .isEqualTo(
            Map.of(
                "host.cpu.model.name", "Xeon 8480C",
                "lockstep.host.microcode", "0x2b",
                "os.description", "Ubuntu 24.04.1 LTS",
                "lockstep.host.product", "DGXH100",
                "lockstep.host.modules", "nvidia_peermem",
                "lockstep.host.kernel.flags", "iommu=pt pci=realloc=off"));
    tree.delete("sys/module/nvidia_peermem");
    for (int minute = 1; minute < 60; minute++) {
      assertThat(round().events()).isEmpty();
    }
    assertThat(round().eventNames()).containsExactly("lockstep.host.found");
  }

  @Test
  void theLiveHostSaysWhatItsMemoryNodesHold() throws IOException {
    Said said = Said.of(new HardwareSampler(Path.of("/"), Duration.ofMinutes(1)).sample(now));
    assertThat(said.eventNames()).containsExactly("lockstep.host.found");
    assertThat(said.events().getFirst().attributes())
        .containsEntry("os.version", System.getProperty("os.version"));
    if (Files.exists(Path.of("/sys/devices/system/node/node0/meminfo"))) {
      assertThat(said.value("lockstep.numa.memory.usage{hw.id=numa/0,system.memory.state=free}"))
          .isPositive();
    }
  }
}
