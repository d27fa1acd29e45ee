package io.lockstep.agent.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The server's own parts: what their samplers read, and what of them nobody can read here, and
/// why.
final class HardwareCheck {
  private static final String SOURCE = "hardware";

  private HardwareCheck() {}

  /// @param root `/`, or a folder that holds a captured `sys/`
  static List<Diagnosis> of(SamplerCheck check, Path root) {
    var all = new ArrayList<Diagnosis>();
    all.add(check.plain());
    Path sys = root.resolve("sys");
    if (!Files.isDirectory(sys.resolve("devices/system/edac/mc/mc0"))) {
      all.add(
          Diagnosis.absent(
              SOURCE,
              "errors of memory are not counted: no EDAC driver (modprobe skx_edac, i10nm_edac or"
                  + " amd64_edac; virtual machines and firmware that handles errors itself have none)"));
    }
    Path energy = sys.resolve("class/powercap/intel-rapl:0/energy_uj");
    if (Files.exists(energy) && !Files.isReadable(energy)) {
      all.add(
          Diagnosis.absent(
              SOURCE, "energy of the processors is for root only (CVE-2020-8694); best left so"));
    }
    if (Files.isDirectory(sys.resolve("class/nvme/nvme0"))) {
      all.add(
          Diagnosis.absent(
              SOURCE,
              "what NVMe disks say of their wear (SMART) needs CAP_SYS_ADMIN, which the agent does not"
                  + " have; a check of the site's own with smartctl can tell"));
    }
    return all;
  }
}
