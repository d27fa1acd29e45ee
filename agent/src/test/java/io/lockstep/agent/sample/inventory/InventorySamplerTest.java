package io.lockstep.agent.sample.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Reading;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InventorySamplerTest {
  private static final Instant START = Instant.ofEpochSecond(1_790_000_000);
  private static final Duration SETTLE = Duration.ofMinutes(10);

  private final GpuLedger ledger = new GpuLedger();
  private final List<String> said = new ArrayList<>();
  private Instant now = START;

  @TempDir private Path home;

  @BeforeEach
  void server() throws IOException {
    put("proc/meminfo", "MemTotal: 2113183888 kB\nHugePages_Total: 0\n");
    put("sys/devices/system/cpu/online", "0-3\n");
    for (int cpu = 0; cpu < 4; cpu++) {
      put("sys/devices/system/cpu/cpu" + cpu + "/topology/physical_package_id", cpu / 2 + "\n");
    }
    put("sys/devices/system/node/online", "0-1\n");
    adapter("0000:ba:00.0", "mlx5_0", "ib0");
    adapter("0000:54:00.0", "mlx5_1", "ib1");
    pci("0000:08:00.0", "0x010802");
    put("sys/bus/pci/devices/0000:08:00.0/nvme/nvme0/model", "SAMSUNG MZQL21T9HCJR-00A07\n");
    pci("0000:61:00.0", "0x020000");
    net("0000:61:00.0", "eth0", 1, "up", 9000, 200_000);
  }

  private Path root() {
    return home.resolve("root");
  }

  private void put(String file, String text) throws IOException {
    Path path = root().resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void pci(String address, String kind) throws IOException {
    String device = "sys/bus/pci/devices/" + address;
    put(device + "/class", kind + "\n");
    put(device + "/vendor", "0x15b3\n");
    put(device + "/current_link_speed", "16.0 GT/s PCIe\n");
    put(device + "/current_link_width", "16\n");
  }

  private void net(String address, String name, int type, String state, int mtu, int speed)
      throws IOException {
    String folder = "sys/bus/pci/devices/" + address + "/net/" + name;
    put(folder + "/operstate", state + "\n");
    put(folder + "/mtu", mtu + "\n");
    put(folder + "/speed", speed + "\n");
    put(folder + "/type", type + "\n");
    put(folder + "/address", "94:6d:ae:00:00:01\n");
  }

  private void adapter(String address, String name, String ipoib) throws IOException {
    pci(address, "0x020700");
    String folder = "sys/bus/pci/devices/" + address + "/infiniband/" + name;
    put(folder + "/fw_ver", "20.31.2354\n");
    put(folder + "/board_id", "MT_0000000223\n");
    put(folder + "/ports/1/state", "4: ACTIVE\n");
    put(folder + "/ports/1/rate", "200 Gb/sec (4X HDR)\n");
    net(address, ipoib, 32, "up", 2044, 200_000);
  }

  private InventorySampler sampler(Map<String, String> expect) throws IOException {
    var config = new InventoryConfig(Duration.ofMinutes(1), true, SETTLE, expect);
    Path folder = home.resolve("state");
    Files.createDirectories(folder);
    return new InventorySampler(config, root(), folder, ledger);
  }

  /// Runs rounds for so long; what it says is in `said`.
  private Reading after(InventorySampler sampler, Duration time) {
    Reading reading = new Reading(List.of(), List.of());
    said.clear();
    for (Instant end = now.plus(time); !now.isAfter(end); now = now.plusSeconds(10)) {
      reading = sampler.sample(now);
      reading.events().stream().map(Occurrence::body).forEach(said::add);
    }
    return reading;
  }

  private static Map<String, Double> faults(Reading reading) {
    var faults = new TreeMap<String, Double>();
    for (Sample sample : reading.samples()) {
      if (sample.metric().name().equals("lockstep.inventory.fault")) {
        sample.attributes().forEach((_, item) -> faults.put(item.toString(), sample.value()));
      }
    }
    return faults;
  }

  private InventorySampler learnt() throws IOException {
    InventorySampler sampler = sampler(Map.of());
    after(sampler, SETTLE.plusMinutes(3));
    assertThat(said).isEmpty();
    assertThat(home.resolve("state/inventory.tsv")).content().startsWith("learnt\n");
    return sampler;
  }

  @Test
  void learnsWhatIsWellAndStableAndNotWhatAnUpdateChanges() throws IOException {
    put("sys/bus/pci/devices/0000:54:00.0/infiniband/mlx5_1/ports/1/state", "2: INIT\n");
    learnt();
    assertThat(Files.readAllLines(home.resolve("state/inventory.tsv")))
        .contains(
            "memory.bytes\t2163900301312",
            "cpu.threads\t4",
            "cpu.sockets\t2",
            "numa.nodes\t2",
            "nvme.count\t1",
            "nvme/0000:08:00.0\tSAMSUNG MZQL21T9HCJR-00A07",
            "infiniband/mlx5_0.pci\t0000:ba:00.0",
            "infiniband/mlx5_0/1.state\tACTIVE",
            "infiniband/mlx5_0/1.rate\t200",
            "infiniband/mlx5_1.pci\t0000:54:00.0",
            "net/eth0.speed\t200000",
            "net/eth0.mac\t94:6d:ae:00:00:01",
            "net/ib0.mtu\t2044",
            "pcie/0000:61:00.0\t16 GT/s x16")
        .noneMatch(line -> line.startsWith("infiniband/mlx5_1/1."))
        .noneMatch(line -> line.contains("firmware") || line.startsWith("net/ib0.speed"))
        .noneMatch(line -> line.startsWith("gpu"));
  }

  @Test
  void nothingIsLearntBeforeItHasSettled() throws IOException {
    InventorySampler sampler = sampler(Map.of());
    after(sampler, Duration.ofMinutes(8));
    put("proc/meminfo", "MemTotal: 1113183888 kB\n");
    after(sampler, Duration.ofMinutes(4));
    assertThat(home.resolve("state/inventory.tsv")).content().doesNotContain("memory.bytes");
  }

  @Test
  void whatIsLessThanItWasIsToldOnceAndWhenItIsWellAgain() throws IOException {
    InventorySampler sampler = learnt();
    put("proc/meminfo", "MemTotal: 2047000000 kB\n");
    Reading reading = after(sampler, Duration.ofMinutes(5));
    assertThat(said)
        .containsExactly("Inventory: memory.bytes: 2163900301312 expected, found 2096128000000");
    assertThat(faults(reading).remove("memory.bytes")).isEqualTo(1);
    assertThat(faults(reading).values().stream().filter(one -> one != 0)).hasSize(1);
    put("proc/meminfo", "MemTotal: 2105000000 kB\n"); // within a hundredth
    assertThat(faults(after(sampler, Duration.ofMinutes(1)))).containsEntry("memory.bytes", 0.0);
    assertThat(said).containsExactly("Inventory: memory.bytes is as it should be");
  }

  @Test
  void anAgentThatStartsAnewDoesNotTellAgain() throws IOException {
    InventorySampler sampler = learnt();
    put("sys/devices/system/cpu/online", "0-2\n");
    after(sampler, Duration.ofMinutes(3));
    assertThat(said).hasSize(1);
    Reading reading = after(sampler(Map.of()), Duration.ofMinutes(3));
    assertThat(said).isEmpty();
    assertThat(faults(reading)).containsEntry("cpu.threads", 1.0);
  }

  @Test
  void aDifferenceThatIsGoneAtTheNextLookIsNone() throws IOException {
    InventorySampler sampler = learnt();
    put("sys/bus/pci/devices/0000:61:00.0/net/eth0/mtu", "1500\n");
    after(sampler, Duration.ofSeconds(50));
    put("sys/bus/pci/devices/0000:61:00.0/net/eth0/mtu", "9000\n");
    after(sampler, Duration.ofMinutes(3));
    assertThat(said).isEmpty();
  }

  @Test
  void anAdapterThatIsGoneIsOneDifference() throws IOException {
    InventorySampler sampler = learnt();
    delete("sys/bus/pci/devices/0000:61:00.0");
    after(sampler, Duration.ofMinutes(3));
    assertThat(said)
        .containsExactly("Inventory: net/eth0.pci: 0000:61:00.0 expected, there is none");
  }

  private void delete(String folder) throws IOException {
    try (var all = Files.walk(root().resolve(folder))) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }

  @Test
  void aPortThatGoesDownIsThePortsRuleToTellAndOneThatNeverCameUpIsOurs() throws IOException {
    InventorySampler sampler = learnt();
    put("sys/bus/pci/devices/0000:ba:00.0/infiniband/mlx5_0/ports/1/state", "1: DOWN\n");
    put("sys/bus/pci/devices/0000:ba:00.0/infiniband/mlx5_0/ports/1/rate", "10 Gb/sec (4X SDR)\n");
    put("sys/bus/pci/devices/0000:ba:00.0/net/ib0/operstate", "down\n");
    after(sampler, Duration.ofMinutes(3));
    assertThat(said).isEmpty();
    Files.delete(home.resolve("state/inventory-told.tsv")); // as after a start of the server
    after(sampler(Map.of()), Duration.ofMinutes(3));
    assertThat(said)
        .containsExactly("Inventory: infiniband/mlx5_0/1.state: ACTIVE expected, found DOWN");
  }

  @Test
  void aPortThatCameUpSlowerIsTold() throws IOException {
    InventorySampler sampler = learnt();
    put("sys/bus/pci/devices/0000:ba:00.0/infiniband/mlx5_0/ports/1/rate", "100 Gb/sec (2X HDR)\n");
    after(sampler, Duration.ofMinutes(3));
    assertThat(said).isEmpty(); // while the server runs it is the port's rule to tell
    Files.delete(home.resolve("state/inventory-told.tsv")); // as after a start of the server
    after(sampler(Map.of()), Duration.ofMinutes(3));
    assertThat(said)
        .containsExactly("Inventory: infiniband/mlx5_0/1.rate: 200 expected, found 100");
  }

  @Test
  void adaptersOfOneKindShouldHaveTheSameFirmware() throws IOException {
    put("sys/bus/pci/devices/0000:54:00.0/infiniband/mlx5_1/fw_ver", "20.35.1012\n");
    after(sampler(Map.of()), Duration.ofMinutes(3));
    assertThat(said)
        .containsExactly(
            "Inventory: infiniband.firmware of MT_0000000223: the same of all expected, found"
                + " 1 has 20.31.2354, 1 has 20.35.1012");
  }

  @Test
  void whatIsDeclaredIsSaidByAPersonAndNeedsNoLearning() throws IOException {
    put("proc/self/mountinfo", "36 35 98:0 / /scratch ro,noatime - lustre mds:/s rw\n");
    put("proc/17/comm", "nv-fabricmanage\n");
    put("sys/module/nvidia/version", "570\n");
    put("proc/sys/vm/overcommit_memory", "0\n");
    InventorySampler sampler =
        sampler(
            Map.ofEntries(
                Map.entry("memory.bytes", "2TiB"),
                Map.entry("net/eth*.mtu", "9000|9216"),
                Map.entry("infiniband.active", "4"),
                Map.entry("hugepages.total", ">=1024"),
                Map.entry("mount/scratch", "mounted"),
                Map.entry("mount/data", "mounted"),
                Map.entry("module/nvidia", "loaded"),
                Map.entry("module/nvidia-peermem", "loaded"),
                Map.entry("process/nv-fabricmanager", "running"),
                Map.entry("process/nvidia-persistenced", "running"),
                Map.entry("sysctl/vm.overcommit_memory", "1")));
    Reading reading = after(sampler, Duration.ofMinutes(3));
    assertThat(said)
        .containsExactlyInAnyOrder(
            "Inventory: memory.bytes: 2TiB expected, found 2163900301312",
            "Inventory: infiniband.active: 4 expected, found 2",
            "Inventory: hugepages.total: >=1024 expected, found 0",
            "Inventory: mount/data: mounted expected, found absent",
            "Inventory: mount/scratch: mounted expected, found lustre read-only",
            "Inventory: module/nvidia-peermem: loaded expected, found absent",
            "Inventory: process/nvidia-persistenced: running expected, found absent",
            "Inventory: sysctl/vm.overcommit_memory: 1 expected, found 0");
    assertThat(faults(reading).values()).contains(2.0).doesNotContain(1.0);
  }

  @Test
  void gpusThatTheDriverListsAreNotToldTwice() throws IOException {
    ledger.round(new Reading(List.of(), List.of(gpu("a", "96.00.74"), gpu("b", "96.00.61"))), 7);
    InventorySampler sampler = sampler(Map.of("gpu.count", "8"));
    after(sampler, Duration.ofMinutes(3));
    assertThat(said)
        .containsExactly(
            "Inventory: gpu.vbios: the same of all expected, found 1 has 96.00.61, 1 has 96.00.74");
    ledger.round(new Reading(List.of(), List.of()), -1);
    after(sampler, Duration.ofMinutes(3));
    assertThat(said).containsExactly("Inventory: gpu.count: 8 expected, found 0");
  }

  private static Occurrence gpu(String uuid, String vbios) {
    return new Occurrence(
        "lockstep.gpu.found",
        0,
        "",
        Map.of("hw.id", uuid, "hw.name", "NVIDIA H100", "hw.firmware_version", vbios));
  }

  @Test
  void aFileThatIsDamagedIsSaidOnceAndNotLearntOver() throws IOException {
    InventorySampler sampler = learnt();
    Files.writeString(home.resolve("state/inventory.tsv"), "\0\0\0");
    after(sampler, SETTLE.plusMinutes(3));
    assertThat(said).singleElement().asString().contains("does not begin with learnt or confirmed");
    assertThat(home.resolve("state/inventory.tsv")).hasContent("\0\0\0");
  }

  @Test
  void anItemThatThereIsNotIsRefusedWithThoseThatThereAre() {
    assertThatThrownBy(() -> new InventoryConfig(SETTLE, true, SETTLE, Map.of("gpus", "8")))
        .hasMessageStartingWith("expect: no item is called gpus; known are cpu.threads, ");
    assertThatThrownBy(
            () -> new InventoryConfig(SETTLE, true, SETTLE, Map.of("gpu.count", ">=many")))
        .hasMessage("expect: gpu.count: >=many has no number");
  }
}
