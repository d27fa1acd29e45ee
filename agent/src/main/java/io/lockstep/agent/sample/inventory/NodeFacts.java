package io.lockstep.agent.sample.inventory;

import io.lockstep.agent.sample.GpuLedger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a server has: items with their values, as `memory.bytes` → `2163899301888`.
///
/// @param items by name
/// @param unequal what should be the same of all GPUs or adapters and is not: by name → in words
/// @param held addresses of devices whose PCIe link is below what they can do
/// @param driverListens whether NVML lists its GPUs: then it tells itself of one that is gone
record NodeFacts(
    SortedMap<String, String> items,
    SortedMap<String, String> unequal,
    Set<String> held,
    boolean driverListens) {

  /// What the driver says of a GPU that all of a server should share.
  private static final Map<String, String> SHARED =
      Map.of(
          "hw.name", "gpu.model",
          "hw.firmware_version", "gpu.vbios",
          "lockstep.gpu.board.part_number", "gpu.board",
          "lockstep.gpu.inforom.image", "gpu.inforom");

  /// Reads all of it.
  ///
  /// @param wanted items that are declared
  static NodeFacts read(Path root, GpuLedger ledger, Collection<String> wanted) {
    var items = new TreeMap<String, String>();
    Map<String, List<String>> versions = new TreeMap<>();
    MachineFacts.addTo(items, root, wanted);
    Set<String> held = DeviceFacts.addTo(items, root, versions);
    boolean listens = gpus(ledger, items, versions);
    var unequal = new TreeMap<String, String>();
    versions.forEach((of, values) -> {
      if (Set.copyOf(values).size() > 1) {
        unequal.put(of, counted(values));
      }
    });
    return new NodeFacts(items, unequal, held, listens);
  }

  private static boolean gpus(
      GpuLedger ledger, Map<String, String> items, Map<String, List<String>> versions) {
    int listed = ledger.listed();
    if (listed >= 0) {
      items.put("gpu.count", Integer.toString(listed));
    } else if (items.containsKey("gpu.on_bus") || ledger.everListed()) {
      items.put("gpu.count", "0");
    }
    for (GpuLedger.Known gpu : ledger.known()) {
      SHARED.forEach((attribute, item) -> {
        String value = gpu.attributes().getOrDefault(attribute, "");
        if (!value.isEmpty()) {
          versions.computeIfAbsent(item, _ -> new ArrayList<>()).add(value);
        }
      });
      String driver = gpu.attributes().getOrDefault("hw.driver_version", "");
      if (!driver.isEmpty()) {
        items.put("gpu.driver", driver);
      }
      number(gpu.memoryBytes(), "gpu.memory", versions);
      number(gpu.nvlinks(), "gpu.nvlinks", versions);
    }
    versions.forEach((item, values) -> {
      if (item.startsWith("gpu.") && Set.copyOf(values).size() == 1) {
        items.put(item, values.getFirst());
      }
    });
    return listed >= 0;
  }

  private static void number(long value, String item, Map<String, List<String>> versions) {
    if (value >= 0) {
      versions.computeIfAbsent(item, _ -> new ArrayList<>()).add(Long.toString(value));
    }
  }

  /// As in `7 have 96.00.74.00.01, 1 has 96.00.61.00.01`, the most first.
  private static String counted(List<String> values) {
    Map<String, Integer> counts = new TreeMap<>();
    values.forEach(value -> counts.merge(value, 1, Integer::sum));
    var words = new ArrayList<String>();
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .forEach(one ->
            words.add(one.getValue() + (one.getValue() == 1 ? " has " : " have ") + one.getKey()));
    return String.join(", ", words);
  }
}
