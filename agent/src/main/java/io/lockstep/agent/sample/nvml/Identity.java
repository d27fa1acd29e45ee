package io.lockstep.agent.sample.nvml;

import java.util.Map;

/// Which GPU it is. The UUID alone tells GPUs apart: when one is lost the indexes of the others
/// shift.
///
/// @param uuid as NVML writes it: `GPU-8f6f2a52-…`
/// @param name the product
/// @param serial of the board; empty where the driver does not say
/// @param pci domain, bus, device and function in lower case: `0000:18:00.0`; empty when unknown
/// @param index the driver's present index
/// @param facts what more the driver says of it ([Facts]), as attributes of events; empty when it
///   was not asked
record Identity(
    String uuid, String name, String serial, String pci, int index, Map<String, String> facts) {
  Identity {
    facts = Map.copyOf(facts);
  }

  /// One of which no more is known than who it is.
  Identity(String uuid, String name, String serial, String pci, int index) {
    this(uuid, name, serial, pci, index, Map.of());
  }

  /// One that the driver counts and that does not say who it is, as one that was lost before the
  /// agent started: `gpu/3` in the place of its UUID.
  static Identity nameless(int index) {
    return new Identity("gpu/" + index, "", "", "", index);
  }

  /// One that the configuration expects and nobody has seen: `missing/8`.
  ///
  /// @param number counts from 1
  static Identity missing(int number) {
    return new Identity("missing/" + number, "", "", "", number - 1);
  }

  /// Whether it is a GPU that said who it is, at some time.
  boolean known() {
    return !uuid.startsWith("gpu/") && !uuid.startsWith("missing/");
  }

  /// NVML writes the domain with eight digits (`00000000:18:00.0`), the kernel with four.
  static String pciAddress(String nvml) {
    String lower = nvml.toLowerCase(java.util.Locale.ROOT);
    return lower.matches("0000[0-9a-f]{4}:.*") ? lower.substring(4) : lower;
  }
}
