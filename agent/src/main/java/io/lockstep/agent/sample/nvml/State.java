package io.lockstep.agent.sample.nvml;

/// How it stands with a GPU, as the column `gpu.state` numbers it.
enum State {
  /// It answers.
  OK(1, "ok"),
  /// It has fallen off the bus.
  LOST(2, "lost"),
  /// It answers that it must be reset.
  RESET_REQUIRED(3, "reset-required"),
  /// A call into it does not return.
  UNRESPONSIVE(4, "unresponsive"),
  /// It was there in an earlier run, or the configuration expects it, and the driver has it not.
  MISSING(5, "missing");

  final int number;
  final String label;

  State(int number, String label) {
    this.number = number;
    this.label = label;
  }

  /// The state of a GPU that answers with this code; OK for a code that says nothing of the GPU as
  /// a whole.
  static State of(int code) {
    return switch (code) {
      case ReturnCode.GPU_IS_LOST, ReturnCode.GPU_NOT_FOUND -> LOST;
      case ReturnCode.RESET_REQUIRED -> RESET_REQUIRED;
      default -> OK;
    };
  }
}
