package io.lockstep.agent.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a server is: board, processors, kernel, drivers. Said in an event when the agent starts and
/// when something has changed; looked at once an hour. Serial numbers are for root only and absent.
///
/// OSHI would say some of it, at the price of some hundred classes and of reading every processor's
/// lines (docs/decisions/0004).
final class HostFacts {
  private static final int LOOK_ROUNDS = 60;
  private static final int LINES_MAX = 64;
  private static final int LENGTH_MAX = 256;

  /// Modules by which GPUs and network adapters reach each other's memory.
  private static final List<String> MODULES =
      List.of("nvidia", "nvidia_peermem", "nv_peer_mem", "gdrdrv", "mlx5_ib", "efa", "knem");

  /// Words of the kernel's command line that change how devices and memory behave.
  private static final List<String> FLAGS =
      List.of(
          "iommu",
          "intel_iommu",
          "amd_iommu",
          "mitigations",
          "pci=",
          "pcie_",
          "hugepages",
          "default_hugepagesz",
          "nvidia",
          "intel_idle",
          "processor.max_cstate",
          "isolcpus",
          "nohz_full",
          "transparent_hugepage",
          "numa_balancing");

  private final Path root;
  private final SysFolder dmi;
  private final SysFolder kernel;
  private final SysFolder cpu;
  private final SysFolder clocks;
  private final SysFolder modules;
  private Map<String, String> said = Map.of();

  /// @param root `/`, or a folder that holds captured `proc/`, `sys/` and `etc/`
  HostFacts(Path root) {
    this.root = root;
    Path sys = root.resolve("sys");
    dmi = new SysFolder(sys.resolve("class/dmi/id"));
    kernel = new SysFolder(root.resolve("proc/sys/kernel"));
    cpu = new SysFolder(sys.resolve("devices/system/cpu"));
    clocks = new SysFolder(sys.resolve("devices/system/clocksource/clocksource0"));
    modules = new SysFolder(sys.resolve("module"));
  }

  void read(Notes notes, Text text) {
    if (notes.round() % LOOK_ROUNDS != 0) {
      return;
    }
    Map<String, String> now = new LinkedHashMap<>();
    put(now, "host.cpu.model.name", value("proc/cpuinfo", "model name", ':'));
    put(now, "lockstep.host.microcode", value("proc/cpuinfo", "microcode", ':'));
    put(now, "os.description", value("etc/os-release", "PRETTY_NAME", '='));
    put(now, "os.version", kernel.text("osrelease", text));
    put(now, "lockstep.host.boot", kernel.in("random").text("boot_id", text));
    put(now, "lockstep.host.tainted", kernel.text("tainted", text));
    put(now, "lockstep.host.vendor", dmi.text("sys_vendor", text));
    put(now, "lockstep.host.product", dmi.text("product_name", text));
    put(now, "lockstep.host.board", dmi.text("board_name", text));
    put(now, "lockstep.host.bios", dmi.text("bios_version", text));
    put(now, "lockstep.host.clock.source", clocks.text("current_clocksource", text));
    put(now, "lockstep.host.cpu.governor", cpu.in("cpu0/cpufreq").text("scaling_governor", text));
    put(now, "lockstep.host.cpu.smt", cpu.in("smt").text("control", text));
    put(
        now,
        "lockstep.host.nvidia.driver",
        value("proc/driver/nvidia/version", "NVRM version", ':'));
    put(now, "lockstep.host.modules", loaded());
    put(now, "lockstep.host.kernel.flags", flags(text));
    if (!now.isEmpty() && !now.equals(said)) {
      said = Map.copyOf(now);
      notes.event("lockstep.host.found", body(now), now);
    }
  }

  private static String body(Map<String, String> now) {
    return "the server is "
        + now.getOrDefault("lockstep.host.product", "of unknown make")
        + " with "
        + now.getOrDefault("os.description", "an unknown system")
        + ", kernel "
        + now.getOrDefault("os.version", "unknown");
  }

  private @Nullable String loaded() {
    List<String> there = MODULES.stream().filter(modules::has).toList();
    return there.isEmpty() ? null : String.join(" ", there);
  }

  private @Nullable String flags(Text text) {
    String line = new SysFolder(root.resolve("proc")).text("cmdline", text);
    if (line == null) {
      return null;
    }
    var found = new StringBuilder();
    for (String word : line.split(" +", -1)) {
      if (FLAGS.stream().anyMatch(word::startsWith)) {
        found.append(found.isEmpty() ? "" : " ").append(word);
      }
    }
    return found.isEmpty() ? null : found.toString();
  }

  /// The value of the first line with that key, of a file of which only the begin is read: a server
  /// of 512 processors has a line for each of each.
  private @Nullable String value(String file, String key, char between) {
    try (BufferedReader lines =
        Files.newBufferedReader(root.resolve(file), StandardCharsets.ISO_8859_1)) {
      for (int i = 0; i < LINES_MAX; i++) {
        String line = lines.readLine();
        if (line == null) {
          return null;
        }
        int place = line.indexOf(between);
        if (place > 0 && line.substring(0, place).strip().equals(key)) {
          return line.substring(place + 1).replace('"', ' ').strip();
        }
      }
    } catch (IOException _) {
      return null;
    }
    return null;
  }

  private static void put(Map<String, String> into, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      into.put(name, value.substring(0, Math.min(LENGTH_MAX, value.length())));
    }
  }
}
