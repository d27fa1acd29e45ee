package io.lockstep.agent.sample.nvml;

/// Which GPU it is. The UUID alone tells GPUs apart: when one is lost the indexes of the others
/// shift.
///
/// @param uuid as NVML writes it: `GPU-8f6f2a52-…`
/// @param name the product
/// @param serial of the board; empty where the driver does not say
/// @param pci domain, bus, device and function in lower case: `0000:18:00.0`; empty when unknown
/// @param index the driver's present index
record Identity(String uuid, String name, String serial, String pci, int index) {

  /// NVML writes the domain with eight digits (`00000000:18:00.0`), the kernel with four.
  static String pciAddress(String nvml) {
    String lower = nvml.toLowerCase(java.util.Locale.ROOT);
    return lower.matches("0000[0-9a-f]{4}:.*") ? lower.substring(4) : lower;
  }
}
