package io.lockstep.agent.sample;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the kernel sees on the PCI bus, whatever the drivers say.
public final class PciBus {
  private static final String NVIDIA = "0x10de";

  /// Begin of the PCI class of display and 3D controllers.
  private static final String DISPLAY = "0x03";

  private PciBus() {}

  /// NVIDIA's GPUs.
  ///
  /// @param root as below
  public static List<Path> gpus(Path root) {
    return devices(root, NVIDIA, DISPLAY);
  }

  /// The devices of a maker and a kind; none where there is no PCI bus, as in some virtual machines
  /// and in captured trees.
  ///
  /// @param root `/`, or a folder that holds a captured `sys/`
  /// @param vendor as sysfs writes it: `0x10de`
  /// @param kind begin of the class: `0x03` for display and 3D controllers, `0x02` for networks
  public static List<Path> devices(Path root, String vendor, String kind) {
    var found = new ArrayList<Path>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(root.resolve("sys/bus/pci/devices"))) {
      for (Path device : all) {
        if (read(device.resolve("vendor")).equals(vendor)
            && read(device.resolve("class")).startsWith(kind)) {
          found.add(device);
        }
      }
    } catch (IOException _) {
      return found;
    }
    return found;
  }

  private static String read(Path file) throws IOException {
    return Files.isReadable(file) ? Files.readString(file).strip() : "";
  }
}
