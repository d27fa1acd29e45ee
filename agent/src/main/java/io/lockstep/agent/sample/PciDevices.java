package io.lockstep.agent.sample;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// GPUs, network adapters and NVMe disks on the PCI bus and the ports that they hang on: errors
/// (AER) and how wide and fast their links are. Which there are is looked for once an hour and
/// whenever one is gone.
///
/// Errors are counted where the kernel handles AER itself; on some servers the firmware does
/// ([sysfs-bus-pci-devices-aer_stats](https://www.kernel.org/doc/Documentation/ABI/testing/sysfs-bus-pci-devices-aer_stats)).
final class PciDevices {
  /// Devices and ports: a server with 8 GPUs, 10 adapters and 10 disks has some 60.
  private static final int DEVICES_MAX = 192;

  private static final int LOOK_ROUNDS = 60;

  /// Begins of PCI classes
  /// ([pci_ids.h](https://github.com/torvalds/linux/blob/master/include/linux/pci_ids.h)).
  private static final String DISPLAY = "0x03";

  private static final List<String> WANTED = List.of(DISPLAY, "0x0200", "0x0207", "0x0108");

  private final PartSeries errors = new PartSeries("pci_correctable", "pci_nonfatal", "pci_fatal");
  private final PartSeries links =
      new PartSeries("pci_lanes", "pci_lanes_limit", "pci_speed", "pci_speed_limit");
  private final Map<String, PciDevice> devices = new LinkedHashMap<>();
  private final Watch bound = new Watch("pci", "devices beyond " + DEVICES_MAX);
  private final SysFolder folder;
  private final PartStates states;
  private final ErrorCounts counts;
  private boolean complete;

  /// @param sys `/sys`, or a captured one
  PciDevices(Path sys, PartStates states, ErrorCounts counts) {
    folder = new SysFolder(sys.resolve("bus/pci/devices"));
    this.states = states;
    this.counts = counts;
  }

  void read(Notes notes, Text text) {
    if (!complete || notes.round() % LOOK_ROUNDS == 0) {
      look(notes, text);
    }
    for (PciDevice device : devices.values()) {
      complete &= device.read(notes, text, errors, links);
    }
    errors.end(notes);
    links.end(notes);
  }

  private void look(Notes notes, Text text) {
    Map<String, PciDevice> before = Map.copyOf(devices);
    devices.clear();
    for (String address : folder.names("")) {
      SysFolder device = folder.in(address);
      String kind = device.text("class", text);
      // what a virtual function is given hangs on its own adapter's link
      if (kind != null && WANTED.stream().anyMatch(kind::startsWith) && !device.has("physfn")) {
        add(before, address, !kind.startsWith(DISPLAY));
        addPort(before, device);
      }
    }
    complete = true;
    if (devices.size() >= DEVICES_MAX) {
      bound.bad(notes, "there are more");
    } else {
      bound.good(notes);
    }
  }

  /// The link is the device's; the port at its other end sees errors of its own.
  private void addPort(Map<String, PciDevice> before, SysFolder device) {
    Path parent = parent(device);
    if (parent != null) {
      add(before, String.valueOf(parent.getFileName()), false);
    }
  }

  /// Null where it hangs on the processor itself.
  static @Nullable Path parent(SysFolder device) {
    Path real = device.real("");
    Path parent = real == null ? null : real.getParent();
    String name = parent == null ? "" : String.valueOf(parent.getFileName());
    return isAddress(name) ? parent : null;
  }

  /// As in `0000:5e:00.0`.
  private static boolean isAddress(String name) {
    int length = name.length();
    return length >= 12 && name.charAt(length - 2) == '.' && name.charAt(length - 5) == ':';
  }

  /// @param judged whether a link that gets narrower or slower is a fault: a GPU's driver lets it
  ///   go slower when it is idle, and NVML tells of it
  private void add(Map<String, PciDevice> before, String address, boolean judged) {
    PciDevice known = before.get(address);
    if (devices.size() < DEVICES_MAX && folder.has(address)) {
      devices.putIfAbsent(
          address,
          known != null ? known : new PciDevice(folder.in(address), judged, states, counts));
    }
  }
}
