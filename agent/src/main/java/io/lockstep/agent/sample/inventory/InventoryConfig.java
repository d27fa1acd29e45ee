package io.lockstep.agent.sample.inventory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a server should have.
///
/// @param interval time between two looks
/// @param learn whether what is not declared is learnt from the server as it stands
/// @param settle what is learnt must have been the same for so long
/// @param expect item → what it should be; an item may have a `*`, as `net/eth*.mtu`
public record InventoryConfig(
    Duration interval, boolean learn, Duration settle, Map<String, String> expect) {
  public static final InventoryConfig DEFAULT =
      new InventoryConfig(Duration.ofMinutes(1), true, Duration.ofMinutes(10), Map.of());

  private static final int ITEMS_MAX = 256;

  /// Every item that there is, by its shape.
  private static final List<String> SHAPES =
      List.of(
          "cpu\\.(threads|sockets)",
          "numa\\.nodes",
          "memory\\.bytes",
          "hugepages\\.total",
          "gpu\\.(count|on_bus|model|vbios|board|inforom|driver|memory|nvlinks)",
          "nvswitch\\.count",
          "nvme\\.count",
          "infiniband\\.(ports|active)",
          "infiniband/[^/]+\\.(pci|firmware)",
          "infiniband/[^/]+/[^/]+\\.(state|rate)",
          "net/[^/]+\\.(pci|state|mtu|speed|mac)",
          "nvme/.+",
          "pcie/.+",
          "kernel\\.release",
          "bios\\.version",
          "product\\.name",
          "module/[^/*]+",
          "process/[^/*]+",
          "mount/[^*]*",
          "sysctl/[A-Za-z0-9_./-]+");

  /// Items that are a number and nothing else.
  private static final String NUMBERS =
      "cpu\\.(threads|sockets)|numa\\.nodes|memory\\.bytes|hugepages\\.total|gpu\\.(count|on_bus)"
          + "|nvswitch\\.count|nvme\\.count|infiniband\\.(ports|active)|net/[^/]+\\.mtu";

  private static final String KNOWN =
      "known are cpu.threads, cpu.sockets, numa.nodes, memory.bytes, hugepages.total, gpu.count,"
          + " gpu.model, gpu.vbios, gpu.driver, gpu.memory, gpu.nvlinks, nvswitch.count, nvme.count,"
          + " infiniband.ports, infiniband.active, infiniband/DEVICE.pci, .firmware,"
          + " infiniband/DEVICE/PORT.state, .rate, net/NAME.pci, .state, .mtu, .speed, .mac,"
          + " nvme/ADDRESS, pcie/ADDRESS, kernel.release, bios.version, product.name, module/NAME,"
          + " process/NAME, mount/FOLDER, sysctl/NAME";

  public InventoryConfig {
    expect = Map.copyOf(new TreeMap<>(expect));
    if (interval.compareTo(Duration.ofSeconds(10)) < 0
        || interval.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("interval must be 10s to 1h");
    }
    if (settle.isNegative() || settle.compareTo(Duration.ofDays(7)) > 0) {
      throw new IllegalArgumentException("settle must be 0s to 7d");
    }
    if (expect.size() > ITEMS_MAX) {
      throw new IllegalArgumentException("expect must have at most " + ITEMS_MAX + " items");
    }
    var mistakes = new ArrayList<String>();
    new TreeMap<>(expect).forEach((item, value) -> mistakes.addAll(mistakes(item, value)));
    if (!mistakes.isEmpty()) {
      throw new IllegalArgumentException("expect: " + String.join("; ", mistakes));
    }
  }

  private static List<String> mistakes(String item, String value) {
    try {
      check(item, value);
      return List.of();
    } catch (IllegalArgumentException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  private static void check(String item, String value) {
    if (SHAPES.stream().noneMatch(item::matches)) {
      throw new IllegalArgumentException("no item is called " + item + "; " + KNOWN);
    }
    if (value.isBlank()) {
      throw new IllegalArgumentException(item + " must say what is expected");
    }
    boolean bound = value.startsWith(">=") || value.startsWith("<=");
    if (bound && Expectation.number(value.substring(2).strip()).isEmpty()) {
      throw new IllegalArgumentException(item + ": " + value + " has no number");
    }
    checkNumbers(item, value);
  }

  /// One of several may be written as `4|8`.
  private static void checkNumbers(String item, String value) {
    if (!item.matches(NUMBERS) || value.startsWith(">=") || value.startsWith("<=")) {
      return;
    }
    for (String one : value.split("\\|", -1)) {
      String alone = one.strip().replaceFirst("^[<>]=", "").strip();
      if (Expectation.number(alone).isEmpty()) {
        throw new IllegalArgumentException(
            item + " must be a number, as 8, 2TiB, >=4 or 4|8, is \"" + one + '"');
      }
    }
  }

  /// How many GPUs are declared; 0 when that is not a plain number.
  public int gpus() {
    String count = expect.getOrDefault("gpu.count", "");
    return count.matches("[0-9]{1,2}") ? Integer.parseInt(count) : 0;
  }
}
