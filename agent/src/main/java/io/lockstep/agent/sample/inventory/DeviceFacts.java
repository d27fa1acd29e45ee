package io.lockstep.agent.sample.inventory;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Adapters, drives, switches and GPUs on the PCI bus, each by the address where it sits. Virtual
/// functions are not counted: jobs and hypervisors make and remove them.
final class DeviceFacts {
  private static final String NVIDIA = "0x10de";
  private static final int DEVICES_MAX = 128;

  private final Path bus;
  private final Map<String, String> facts;
  private final Set<String> held = new HashSet<>();
  private int devices;
  private int gpus;
  private int switches;
  private int drives;
  private int ports;
  private int activePorts;

  private DeviceFacts(Path root, Map<String, String> facts) {
    this.bus = root.resolve("sys/bus/pci/devices");
    this.facts = facts;
  }

  /// Adds what is there.
  ///
  /// @param versions gets versions of firmware: of which of them all should have the same → what
  ///   each has
  ///
  /// @return addresses of devices whose PCIe link is below what they can do
  static Set<String> addTo(
      Map<String, String> facts, Path root, Map<String, List<String>> versions) {
    var found = new DeviceFacts(root, facts);
    for (String address : SmallFile.names(found.bus)) {
      found.device(address, versions);
    }
    if (found.gpus > 0) {
      facts.put("gpu.on_bus", Integer.toString(found.gpus));
    }
    if (found.switches > 0) {
      facts.put("nvswitch.count", Integer.toString(found.switches));
    }
    if (found.drives > 0) {
      facts.put("nvme.count", Integer.toString(found.drives));
    }
    if (found.ports > 0) {
      facts.put("infiniband.ports", Integer.toString(found.ports));
      facts.put("infiniband.active", Integer.toString(found.activePorts));
    }
    return found.held;
  }

  private void device(String address, Map<String, List<String>> versions) {
    Path device = bus.resolve(address);
    String kind = SmallFile.line(device.resolve("class"));
    if (Files.exists(device.resolve("physfn"))) {
      return;
    }
    boolean nvidia =
        (kind.startsWith("0x03") || kind.startsWith("0x0680"))
            && SmallFile.line(device.resolve("vendor")).equals(NVIDIA);
    if (nvidia) {
      gpus += kind.startsWith("0x03") ? 1 : 0;
      switches += kind.startsWith("0x0680") ? 1 : 0;
    }
    boolean drive = kind.isEmpty() || kind.startsWith("0x0108");
    boolean adapter = kind.isEmpty() || kind.startsWith("0x02");
    int before = devices;
    if (drive) {
      drives(device, address);
    }
    if (adapter) {
      adapters(device, address, versions);
      interfaces(device, address);
    }
    boolean fabricSwitch = nvidia && kind.startsWith("0x0680");
    if ((devices > before || fabricSwitch) && devices <= DEVICES_MAX) {
      link(device, address);
    }
  }

  private void drives(Path device, String address) {
    for (String drive : SmallFile.names(device.resolve("nvme"))) {
      devices++;
      drives++;
      if (devices <= DEVICES_MAX) {
        String model = SmallFile.line(device.resolve("nvme").resolve(drive).resolve("model"));
        facts.put("nvme/" + address, model.isEmpty() ? "present" : model);
      }
    }
  }

  private void adapters(Path device, String address, Map<String, List<String>> versions) {
    for (String name : SmallFile.names(device.resolve("infiniband"))) {
      devices++;
      Path adapter = device.resolve("infiniband").resolve(name);
      if (devices <= DEVICES_MAX) {
        facts.put("infiniband/" + name + ".pci", address);
        String firmware = SmallFile.line(adapter.resolve("fw_ver"));
        if (!firmware.isEmpty()) {
          facts.put("infiniband/" + name + ".firmware", firmware);
          versions
              .computeIfAbsent(
                  "infiniband.firmware of " + SmallFile.line(adapter.resolve("board_id")),
                  _ -> new ArrayList<>())
              .add(firmware);
        }
        ports("infiniband/" + name, adapter.resolve("ports"));
      }
    }
  }

  private void ports(String adapter, Path folder) {
    for (String port : SmallFile.names(folder)) {
      // "4: ACTIVE" and "200 Gb/sec (4X HDR)"
      String state = SmallFile.line(folder.resolve(port).resolve("state"));
      String rate = SmallFile.line(folder.resolve(port).resolve("rate"));
      int colon = state.indexOf(": ");
      String word = colon < 0 ? state : state.substring(colon + 2);
      int blank = rate.indexOf(' ');
      ports++;
      activePorts += word.equals("ACTIVE") ? 1 : 0;
      put(adapter + "/" + port + ".state", word);
      put(adapter + "/" + port + ".rate", blank < 0 ? rate : rate.substring(0, blank));
    }
  }

  private void interfaces(Path device, String address) {
    for (String name : SmallFile.names(device.resolve("net"))) {
      devices++;
      Path folder = device.resolve("net").resolve(name);
      if (devices <= DEVICES_MAX) {
        facts.put("net/" + name + ".pci", address);
        put("net/" + name + ".state", SmallFile.line(folder.resolve("operstate")));
        put("net/" + name + ".mtu", SmallFile.line(folder.resolve("mtu")));
        String speed = SmallFile.line(folder.resolve("speed"));
        put("net/" + name + ".speed", speed.startsWith("-") ? "" : speed);
        if (SmallFile.line(folder.resolve("type")).equals("1")) { // Ethernet
          put("net/" + name + ".mac", SmallFile.line(folder.resolve("address")));
        }
      }
    }
  }

  /// As in `16 GT/s x16`. Not of GPUs: an idle one takes its link down, and NVML tells of the rest.
  private void link(Path device, String address) {
    String speed = SmallFile.line(device.resolve("current_link_speed"));
    String width = SmallFile.line(device.resolve("current_link_width"));
    int end = speed.indexOf(" GT/s");
    if (end > 0 && width.matches("[1-9][0-9]?")) {
      String number = speed.substring(0, end);
      String whole = number.endsWith(".0") ? number.substring(0, number.length() - 2) : number;
      facts.put("pcie/" + address, whole + " GT/s x" + width);
      String widest = SmallFile.line(device.resolve("max_link_width"));
      String fastest = SmallFile.line(device.resolve("max_link_speed"));
      if ((!widest.isEmpty() && !widest.equals(width))
          || (!fastest.isEmpty() && !fastest.equals(speed))) {
        held.add(address);
      }
    }
  }

  private void put(String item, String value) {
    if (!value.isEmpty()) {
      facts.put(item, value);
    }
  }
}
