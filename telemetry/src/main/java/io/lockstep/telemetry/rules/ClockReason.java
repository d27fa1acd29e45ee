package io.lockstep.telemetry.rules;

import java.util.List;

/// Why a GPU's clock is below its maximum: one bit of NVML's `nvmlClocksEventReasons`
/// ([nvml.h](https://docs.nvidia.com/deploy/nvml-api/group__nvmlClocksEventReasons.html)).
///
/// @param bit its mask
/// @param words what it is called in a sentence
/// @param fault whether it points at heat, power or the board; else it is a matter of settings or
///   load
public record ClockReason(int bit, String words, boolean fault) {
  /// By their bits.
  public static final List<ClockReason> ALL =
      List.of(
          new ClockReason(0x1, "idle", false),
          new ClockReason(0x2, "application clocks setting", false),
          new ClockReason(0x4, "software power cap", true),
          new ClockReason(0x8, "hardware slowdown", true),
          new ClockReason(0x10, "sync boost", false),
          new ClockReason(0x20, "software thermal slowdown", true),
          new ClockReason(0x40, "hardware thermal slowdown", true),
          new ClockReason(0x80, "hardware power brake", true),
          new ClockReason(0x100, "display clocks setting", false));

  /// The reasons that point at a fault among these bits, by their bits; empty when there is none.
  public static List<ClockReason> faults(int bits) {
    return ALL.stream().filter(reason -> reason.fault && (bits & reason.bit) != 0).toList();
  }
}
