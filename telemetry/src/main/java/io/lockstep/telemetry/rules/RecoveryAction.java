package io.lockstep.telemetry.rules;

/// What the driver asks for, by `nvmlDeviceGpuRecoveryAction_t` of nvml.h 13.3.
public final class RecoveryAction {
  private RecoveryAction() {}

  /// In words, as the end of a sentence.
  ///
  /// @param number a value of the column `gpu.recovery_action`
  public static String words(int number) {
    return switch (number) {
      case 0 -> "nothing is to be done";
      case 1 -> "the GPU is to be reset";
      case 2 -> "the server is to be rebooted";
      case 3 -> "peer-to-peer traffic is to be drained";
      case 4 -> "the GPU is to be drained and reset";
      case 5 -> "the IMEX domain is to be recovered";
      default -> "by the driver's action " + number + ", which is not known here";
    };
  }
}
