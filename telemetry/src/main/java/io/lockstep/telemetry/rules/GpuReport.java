package io.lockstep.telemetry.rules;

import io.lockstep.telemetry.kernel.Blame;
import io.lockstep.telemetry.kernel.Meaning;
import io.lockstep.telemetry.kernel.Remedy;
import org.jspecify.annotations.Nullable;

/// What a GPU reports of itself through NVML's events, XIDs apart: by the `error.type` of
/// `lockstep.gpu.memory.error` and `lockstep.gpu.recovery.requested`.
final class GpuReport {
  private static final String SOURCE = "nvml.h 13.3, nvmlEventType";

  private GpuReport() {}

  /// What a type means; null for one that is not known here.
  static @Nullable Meaning meaning(String type) {
    return switch (type) {
      case "double_bit_ecc" ->
          hardware("a memory error of two bits that could not be corrected", Remedy.RESET_GPU);
      case "single_bit_ecc_storm" ->
          hardware("very many memory errors, which were corrected", Remedy.NONE);
      case "dram_retirement" -> hardware("a part of its memory to retire", Remedy.NONE);
      case "dram_retirement_failure" ->
          hardware("a part of its memory that can't be retired", Remedy.RESET_GPU);
      case "poison_nonfatal" ->
          hardware("poisoned memory that one program alone used", Remedy.RESTART_APPLICATION);
      case "poison_fatal" -> hardware("poisoned memory that was not contained", Remedy.RESET_GPU);
      case "unavailable" -> hardware("that it is unavailable", Remedy.RESET_GPU);
      case "recovery_action" -> hardware("that it asks to be recovered", Remedy.BY_RECOVERY_ACTION);
      default -> null;
    };
  }

  private static Meaning hardware(String words, Remedy remedy) {
    return new Meaning(words + ".", Blame.HARDWARE, remedy, SOURCE);
  }
}
