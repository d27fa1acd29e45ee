package io.lockstep.agent.sample;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole captured trees: each value is compared with its file, read here in another way.
class CorpusTest {
  private static final Path CORPORA =
      Path.of(System.getProperty("lockstep.shared", "/nowhere"), "corpora");

  /// Not the folders of processes: links out of the tree stand there.
  private static final List<String> MEMBERS =
      List.of(
          "proc/stat",
          "proc/meminfo",
          "proc/loadavg",
          "proc/diskstats",
          "proc/net/dev",
          "proc/pressure",
          "sys/class/infiniband");

  private static final Map<String, String> CEILINGS =
      Map.ofEntries(
          Map.entry("symbol_error", "65535"),
          Map.entry("port_rcv_errors", "65535"),
          Map.entry("port_rcv_remote_physical_errors", "65535"),
          Map.entry("port_rcv_switch_relay_errors", "65535"),
          Map.entry("port_xmit_discards", "65535"),
          Map.entry("VL15_dropped", "65535"),
          Map.entry("link_error_recovery", "255"),
          Map.entry("link_downed", "255"),
          Map.entry("port_xmit_constraint_errors", "255"),
          Map.entry("port_rcv_constraint_errors", "255"),
          Map.entry("local_link_integrity_errors", "15"),
          Map.entry("excessive_buffer_overrun_errors", "15"),
          Map.entry("port_xmit_wait", "4294967295"));

  @TempDir private Path folder;

  @Test
  void allPortsOfAnH100ServerSayWhatTheirFilesHold() throws IOException, InterruptedException {
    Path corpus = CORPORA.resolve("ib-sysfs-h100-gpud/sys-class-infiniband-h100.0");
    assumeTrue(Files.isDirectory(corpus), "no corpora beside the checkout");
    Tree.copy(corpus, folder.resolve("sys/class/infiniband"));
    Map<String, String> expected = infiniband(folder);
    assertThat(expected).hasSizeGreaterThan(9 * 45);
    assertThat(said(folder)).isEqualTo(expected);
  }

  @Test
  void portsOfManyMachinesSayWhatTheirFilesHold() throws IOException, InterruptedException {
    Path root = fixtures();
    Map<String, String> said = said(root);
    said.keySet().removeIf(key -> !key.contains("hw.id"));
    assertThat(said).isEqualTo(infiniband(root));
  }

  @Test
  void theHostSaysWhatItsFilesHold() throws IOException, InterruptedException {
    Path root = fixtures();
    Map<String, String> said = said(root);
    Map<String, Long> meminfo = meminfo(root);
    assertThat(said)
        .containsEntry("system.memory.usage{system.memory.state=free}", kib(meminfo, "MemFree"))
        .containsEntry("system.memory.usage{system.memory.state=cached}", kib(meminfo, "Cached"))
        .containsEntry("system.memory.usage{system.memory.state=buffers}", kib(meminfo, "Buffers"))
        .containsEntry("system.memory.limit{}", kib(meminfo, "MemTotal"))
        .containsEntry("system.paging.usage{system.paging.state=free}", kib(meminfo, "SwapFree"))
        .doesNotContainKeys("system.memory.linux.available{}", "system.uptime{}");
    // of one reading of /proc/stat nothing can be said of an interval
    assertThat(said.keySet()).noneMatch(key -> key.contains("utilization"));
    String[] load = Files.readString(root.resolve("proc/loadavg")).split(" ", -1);
    assertThat(said)
        .containsEntry("system.cpu.load_average.1m{}", load[0])
        .containsEntry("system.cpu.load_average.15m{}", load[2]);
  }

  @Test
  void disksAndInterfacesSayWhatTheirFilesHold() throws IOException, InterruptedException {
    Path root = fixtures();
    Map<String, String> said = said(root);
    Map<String, String> expected = new TreeMap<>();
    for (String line : Files.readAllLines(root.resolve("proc/diskstats"))) {
      String[] words = line.strip().split(" +", -1);
      if (words[2].matches("sd[a-z]|vda|nvme0n1|mmcblk0|dm-[0-9]")) {
        String bytes = "system.disk.io{disk.io.direction=";
        String device = ",system.device=" + words[2] + "}";
        expected.put(bytes + "read" + device, "" + 512 * Long.parseLong(words[5]));
        expected.put(bytes + "write" + device, "" + 512 * Long.parseLong(words[9]));
      }
    }
    String[] eth0 = line(root.resolve("proc/net/dev"), "eth0:").split("[: ]+", -1);
    String bytes = "system.network.io{network.interface.name=eth0,network.io.direction=";
    expected.put(bytes + "receive}", eth0[1]);
    expected.put(bytes + "transmit}", eth0[9]);
    said.keySet().removeIf(key -> !key.matches("system\\.(disk|network)\\.io\\{.*"));
    assertThat(said).isEqualTo(expected);
  }

  private Path fixtures() throws IOException, InterruptedException {
    Path corpus = CORPORA.resolve("host-fixtures-prometheus-procfs/fixtures.tar.gz");
    assumeTrue(Files.isRegularFile(corpus), "no corpora beside the checkout");
    List<String> command =
        new ArrayList<>(List.of("tar", "xzf", corpus.toString(), "-C", folder.toString()));
    MEMBERS.forEach(member -> command.add("./unpacked/fixtures/" + member));
    var tar = new ProcessBuilder(command).inheritIO().start();
    assertThat(tar.waitFor()).isZero();
    return folder.resolve("unpacked/fixtures");
  }

  /// Values by `metric{attribute=value, …}`.
  private static Map<String, String> said(Path root) throws IOException, InterruptedException {
    Map<String, String> said = new TreeMap<>();
    for (JsonNode sample : OnceTest.json(root).get("samples")) {
      Map<String, String> attributes = new TreeMap<>();
      sample
          .get("attributes")
          .properties()
          .forEach(entry -> attributes.put(entry.getKey(), entry.getValue().asText()));
      String key = sample.get("metric").asText() + attributes.toString().replace(", ", ",");
      assertThat(said.put(key, sample.get("value").asText())).as(key).isNull();
    }
    return said;
  }

  private static Map<String, String> infiniband(Path root) throws IOException {
    Map<String, String> expected = new TreeMap<>();
    for (Path device : list(root.resolve("sys/class/infiniband"))) {
      for (Path port : list(device.resolve("ports"))) {
        port(device.getFileName() + "/" + port.getFileName(), port, expected);
      }
    }
    return expected;
  }

  private static void port(String id, Path port, Map<String, String> expected) throws IOException {
    String state = text(port.resolve("state")).split(":", -1)[0];
    String hardware = "{hw.id=" + id + ",hw.type=network}";
    String own = "{hw.id=" + id + "}";
    expected.put("hw.network.up" + hardware, state.equals("4") ? "1" : "0");
    expected.put("lockstep.network.port.state" + own, state);
    String physical = text(port.resolve("phys_state")).split(":", -1)[0];
    expected.put("lockstep.network.port.physical_state" + own, physical);
    String[] rate = text(port.resolve("rate")).split(" ", -1);
    double bytes = Double.parseDouble(rate[0]) * 1e9 / 8;
    expected.put("hw.network.bandwidth.limit" + hardware, String.valueOf(bytes));
    expected.put("lockstep.network.port.width" + own, rate[2].replaceAll("[^0-9]", ""));
    if (state.equals("4")) {
      expected.put("lockstep.network.port.bandwidth.lost" + own, "0.0");
      expected.put("lockstep.network.port.bandwidth.best" + own, String.valueOf(bytes));
    }
    boolean ethernet = text(port.resolve("link_layer")).equals("Ethernet");
    expected.put("lockstep.network.port.link_layer" + own, ethernet ? "2" : "1");
    int full = 0;
    for (Path counter : list(port.resolve("counters"))) {
      String ceiling = CEILINGS.get(String.valueOf(counter.getFileName()));
      full += text(counter).equals(ceiling) ? 1 : 0;
    }
    expected.put("lockstep.network.port.saturated_counters" + own, "" + full);
    for (Path counter : list(port.resolve("counters"))) {
      counter(id, counter, expected);
    }
    for (Path counter : list(port.resolve("hw_counters"))) {
      String name = String.valueOf(counter.getFileName());
      if (!name.equals("lifespan")) {
        expected.put(
            "lockstep.network.rdma.events{hw.id="
                + id
                + ",lockstep.network.rdma.counter="
                + name
                + "}",
            text(counter));
      }
    }
  }

  private static void counter(String id, Path file, Map<String, String> expected)
      throws IOException {
    String name = String.valueOf(file.getFileName());
    String text = text(file);
    String traffic = "{hw.id=" + id + ",hw.type=network,network.io.direction=";
    String direction = name.contains("rcv") ? "receive}" : "transmit}";
    switch (name) {
      case "port_rcv_data", "port_xmit_data" ->
          expected.put("hw.network.io" + traffic + direction, "" + 4 * Long.parseLong(text));
      case "port_rcv_packets", "port_xmit_packets" ->
          expected.put("hw.network.packets" + traffic + direction, text);
      case "port_xmit_wait" ->
          expected.put("lockstep.network.port.transmit.wait{hw.id=" + id + "}", text);
      case "multicast_rcv_packets",
          "multicast_xmit_packets",
          "unicast_rcv_packets",
          "unicast_xmit_packets" ->
          expected.put(
              "lockstep.network.port.packets{hw.id="
                  + id
                  + ",lockstep.network.cast="
                  + name.substring(0, name.indexOf('_'))
                  + ",network.io.direction="
                  + direction,
              text);
      default ->
          expected.put("hw.errors{error.type=" + name + ",hw.id=" + id + ",hw.type=network}", text);
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  private static String line(Path file, String begin) throws IOException {
    return Files.readAllLines(file).stream()
        .map(String::strip)
        .filter(line -> line.startsWith(begin))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Long> meminfo(Path root) throws IOException {
    return Files.readAllLines(root.resolve("proc/meminfo")).stream()
        .map(line -> line.split("[: ]+", -1))
        .collect(
            toMap(words -> words[0], words -> Long.parseLong(words[1]), (a, _) -> a, HashMap::new));
  }

  private static String kib(Map<String, Long> meminfo, String name) {
    return String.valueOf(1024 * meminfo.getOrDefault(name, -1L));
  }
}
