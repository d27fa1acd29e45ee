package io.lockstep.agent.sample;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.telemetry.config.Configs;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartSamplersTest {
  private static final String USAGE =
      "system.filesystem.usage{system.filesystem.mountpoint=/,system.filesystem.state=";

  @TempDir private Path folder;

  private static Said round(Sampler sampler) throws IOException {
    return Said.of(sampler.sample(Instant.EPOCH));
  }

  @Test
  void partitionsAndWhatIsNoDiskAreHidden() throws IOException {
    Tree.captured("procfs", folder);
    var disks =
        round(new DiskSampler(folder, DiskSampler.DEFAULT)).values().keySet().stream()
            .map(key -> key.replaceAll(".*system.device=([^,}]*).*", "$1"))
            .collect(toSet());
    assertThat(disks).contains("sda", "nvme0n1", "dm-0", "mmcblk0", "vda");
    assertThat(disks).noneMatch(name -> name.matches("(ram|loop|fd|sr).*|sda[0-9]+|.*p[0-9]"));
  }

  @Test
  void disksCanBeChosen() throws IOException {
    Tree.captured("procfs", folder);
    var choice = new Choice(Duration.ofSeconds(10), List.of("sd."), List.of("sdb"));
    assertThat(round(new DiskSampler(folder, choice)).values())
        .hasSize(16)
        .containsEntry("system.disk.io_time{system.device=sda}", 9653.880);
  }

  @Test
  void aChoiceThatIsNoExpressionIsRefused() {
    assertThatThrownBy(() -> new Choice(Duration.ofSeconds(1), List.of("sd["), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("include: \"sd[\" is no regular expression");
    assertThatThrownBy(() -> Choice.all(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("interval must be 100ms to 1h");
  }

  @Test
  void interfacesOfContainersAreHiddenAndCountersStandApart() throws IOException {
    new Tree(folder)
        .write(
            "proc/net/dev",
            """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
              eth0:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
            vethf345468:     648       8    0    0    0     0          0         0      438       5    0    0    0     0       0          0
                lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0
            """);
    String eth0 = "{network.interface.name=eth0,network.io.direction=";
    assertThat(round(new InterfaceSampler(folder, InterfaceSampler.DEFAULT)).values())
        .isEqualTo(
            Map.of(
                "system.network.io" + eth0 + "receive}", 1.0,
                "system.network.packet.count" + eth0 + "receive}", 2.0,
                "system.network.errors" + eth0 + "receive}", 3.0,
                "system.network.packet.dropped" + eth0 + "receive}", 4.0,
                "system.network.io" + eth0 + "transmit}", 9.0,
                "system.network.packet.count" + eth0 + "transmit}", 10.0,
                "system.network.errors" + eth0 + "transmit}", 11.0,
                "system.network.packet.dropped" + eth0 + "transmit}", 12.0));
  }

  @Test
  void tooManyPartsAreBoundedAndSaidOnce() throws IOException {
    var lines = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      lines.append("8 0 dm-").append(i).append(" 1 2 3 4 5 6 7 8 9 10 11\n");
    }
    new Tree(folder).write("proc/diskstats", lines.toString());
    var sampler = new DiskSampler(folder, DiskSampler.DEFAULT);
    Said said = round(sampler);
    assertThat(said.values()).hasSize(256 * 8);
    assertThat(said.eventNames()).containsExactly("lockstep.agent.reader.failed");
    assertThat(round(sampler).events()).isEmpty();
  }

  @Test
  void theLiveRootIsAsFullAsItsKernelSays() throws IOException {
    var root = new File("/");
    Said said = round(new FilesystemSampler(Path.of("/"), false, FilesystemSampler.DEFAULT));
    assertThat(said.values())
        .containsEntry(
            "system.filesystem.limit{system.filesystem.mountpoint=/}",
            (double) root.getTotalSpace());
    double sum =
        said.value(USAGE + "used}") + said.value(USAGE + "free}") + said.value(USAGE + "reserved}");
    assertThat(sum).isEqualTo((double) root.getTotalSpace());
    assertThat(said.values().keySet()).noneMatch(key -> key.matches(".*=/(proc|sys|dev)[/,}].*"));
  }

  @Test
  void theLiveRootsFilesAddUpAndItCanBeWritten() throws IOException {
    Said said = round(new FilesystemSampler(Path.of("/"), false, FilesystemSampler.DEFAULT));
    String inodes = "lockstep.filesystem.inodes{system.filesystem.mountpoint=/,";
    double used = said.values().getOrDefault(inodes + "system.filesystem.state=used}", 1.0);
    assertThat(used).isPositive();
    assertThat(said.value("lockstep.filesystem.writable{system.filesystem.mountpoint=/}"))
        .isEqualTo(Files.isWritable(Path.of("/")) ? 1 : 0);
  }

  @Test
  void whatNfsMountsAskOfTheirServersIsSummedOverKinds() throws IOException {
    new Tree(folder)
        .write(
            "proc/self/mountstats",
            """
            device /dev/sda1 mounted on / with fstype ext4
            device 192.168.1.1:/srv/test mounted on /mnt/nfs\\040test with fstype nfs4 statvers=1.1
            \topts:\trw,vers=4.0
            \tper-op statistics
            \t        NULL: 0 0 0 0 0 0 0 0
            \t        READ: 1298 1300 1 207680 1210292152 6 79386 79407
            \t       WRITE: 2 2 0 0 0 0 0 593
            \t      ACCESS: 2927395007 2927394995 0 1 2 18446743919241604546 3 4

            device nfs:/x mounted on /cut with fstype nfs
            """);
    String mount = "{system.filesystem.mountpoint=/mnt/nfs test}";
    assertThat(round(new FilesystemSampler(folder, true, FilesystemSampler.DEFAULT)).values())
        .isEqualTo(
            Map.of(
                "lockstep.nfs.operations" + mount, 1300.0,
                "lockstep.nfs.retransmissions" + mount, 2.0,
                "lockstep.nfs.timeouts" + mount, 1.0,
                "lockstep.nfs.operation_time" + mount, 80.0));
  }

  @Test
  void aCapturedTreeSaysNothingOfTheLiveHostsFileSystems() throws IOException {
    Tree.captured("procfs", folder);
    for (boolean network : new boolean[] {false, true}) {
      assertThat(round(new FilesystemSampler(folder, network, FilesystemSampler.DEFAULT)))
          .isEqualTo(new Said(Map.of(), List.of()));
    }
  }

  @Test
  void samplersHaveNamesOfTheirOwn() {
    assertThat(
            Samplers.all(
                Samplers.Config.DEFAULT,
                folder,
                new Samplers.Surroundings(
                    null, Duration.ofSeconds(1), InstantSource.system(), _ -> {})))
        .extracting(Sampler::name)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[a-z-]+"));
  }

  @Test
  void theConfigurationIsReadAsItIsPrinted() throws Exception {
    Path file = folder.resolve("samplers.yaml");
    Files.writeString(file, Configs.print(Samplers.Config.DEFAULT));
    assertThat(Configs.read(file, Map.of(), Samplers.Config.DEFAULT, Samplers.Config.class))
        .isEqualTo(Samplers.Config.DEFAULT);
  }
}
