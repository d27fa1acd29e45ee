package io.lockstep.agent.sample;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which of the cluster's rails each InfiniBand or RoCE device belongs to: the network that the
/// n-th GPUs of all servers share. Where nobody has said, a device belongs to the GPU that sits
/// behind the same PCIe switch, counted in the order of PCI addresses; where there are fewer
/// devices than GPUs they are counted themselves. Where a switch has more devices than GPUs (one
/// for storage, say), or no switch is shared and their numbers differ, nobody knows.
///
/// One thread looks; any may ask.
final class Rails {
  private static final Logger LOG = LoggerFactory.getLogger(Rails.class);
  private static final String NVIDIA = "0x10de";
  private static final String DISPLAY = "0x03";

  private final SysFolder pci;
  private final SysFolder infiniband;
  private final List<String> configured;
  private final Text text = new Text();
  private List<String> looked = List.of();
  private volatile Map<String, Integer> rails = Map.of();

  /// @param sys `/sys`, or a captured one
  /// @param configured devices in the order of their rails; empty to find out
  Rails(Path sys, List<String> configured) {
    pci = new SysFolder(sys.resolve("bus/pci/devices"));
    infiniband = new SysFolder(sys.resolve("class/infiniband"));
    this.configured = List.copyOf(configured);
  }

  /// The rail of a device, from 0; null where it is not known.
  @Nullable Integer of(String device) {
    return rails.get(device);
  }

  /// Finds out, where devices have come or gone.
  ///
  /// @param devices their names
  void look(List<String> devices) {
    if (devices.equals(looked)) {
      return;
    }
    looked = List.copyOf(devices);
    Map<String, Integer> found = new HashMap<>();
    for (int rail = 0; rail < configured.size(); rail++) {
      found.putIfAbsent(configured.get(rail), rail);
    }
    rails = configured.isEmpty() ? byGpus(devices) : Map.copyOf(found);
    if (!devices.isEmpty()) {
      LOG.info("rails devices={} rails={}", devices.size(), rails.isEmpty() ? "unknown" : rails);
    }
  }

  private Map<String, Integer> byGpus(List<String> devices) {
    List<Path> gpus = gpus();
    // by the order of PCI addresses
    Map<Path, String> adapters = new TreeMap<>(Rails::byAddress);
    for (String device : devices) {
      Path place = infiniband.in(device).real("device");
      if (place != null && !new SysFolder(place).has("physfn")) {
        adapters.put(place, device);
      }
    }
    Map<String, Integer> found = bySwitches(gpus, adapters);
    return found == null ? adapters.size() == gpus.size() ? counted(adapters) : Map.of() : found;
  }

  private static int byAddress(Path one, Path other) {
    return String.valueOf(one.getFileName()).compareTo(String.valueOf(other.getFileName()));
  }

  private static Map<String, Integer> counted(Map<Path, String> adapters) {
    Map<String, Integer> rails = new HashMap<>();
    adapters.values().forEach(device -> rails.put(device, rails.size()));
    return Map.copyOf(rails);
  }

  /// Null where no switch is shared; empty where it can't be told.
  private static @Nullable Map<String, Integer> bySwitches(
      List<Path> gpus, Map<Path, String> adapters) {
    Map<Path, List<String>> groups = new HashMap<>();
    Map<Path, String> beside = new TreeMap<>(Rails::byAddress);
    adapters.forEach((place, device) -> {
      Path shared = shared(place, gpus);
      if (shared != null) {
        groups.computeIfAbsent(shared, _ -> new ArrayList<>()).add(device);
        beside.put(place, device);
      }
    });
    if (groups.isEmpty()) {
      return null;
    }
    Map<String, Integer> rails = new HashMap<>();
    boolean fewer = false;
    for (Map.Entry<Path, List<String>> group : groups.entrySet()) {
      List<Path> near = gpus.stream().filter(gpu -> gpu.startsWith(group.getKey())).toList();
      List<String> here = group.getValue();
      if (here.size() > near.size()) {
        return Map.of();
      }
      fewer |= here.size() < near.size();
      for (int i = 0; i < here.size(); i++) {
        rails.put(here.get(i), gpus.indexOf(near.get(i)));
      }
    }
    boolean apart = Set.copyOf(rails.values()).size() == rails.size();
    return fewer ? counted(beside) : apart ? Map.copyOf(rails) : Map.of();
  }

  /// The deepest bridge that a device shares with a GPU; null where it shares none below the root.
  private static @Nullable Path shared(Path place, List<Path> gpus) {
    for (Path bridge = place.getParent(); bridge != null; bridge = bridge.getParent()) {
      String name = String.valueOf(bridge.getFileName());
      if (name.startsWith("pci") || name.indexOf(':') < 0) {
        return null;
      }
      for (Path gpu : gpus) {
        if (gpu.startsWith(bridge)) {
          return bridge;
        }
      }
    }
    return null;
  }

  /// By their addresses.
  private List<Path> gpus() {
    var gpus = new ArrayList<Path>();
    for (String address : pci.names("")) {
      SysFolder device = pci.in(address);
      String kind = device.text("class", text);
      Path place = device.real("");
      if (NVIDIA.equals(device.text("vendor", text))
          && kind != null
          && kind.startsWith(DISPLAY)
          && place != null) {
        gpus.add(place);
      }
    }
    gpus.sort(Rails::byAddress);
    return gpus;
  }
}
