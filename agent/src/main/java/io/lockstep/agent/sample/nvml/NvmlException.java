package io.lockstep.agent.sample.nvml;

import java.io.IOException;

/// A call into NVML that gave no answer to go on with.
final class NvmlException extends IOException {
  private static final long serialVersionUID = 1;

  private final int code;

  NvmlException(String function, int code) {
    super(function + ": " + ReturnCode.words(code));
    this.code = code;
  }

  /// One of [ReturnCode].
  int code() {
    return code;
  }
}
