package io.lockstep.agent.sample.nvml;

/// NVML's return codes (`nvmlReturn_t`, nvml.h 13.3), and what each means for whoever asked.
final class ReturnCode {
  static final int SUCCESS = 0;
  static final int UNINITIALIZED = 1;
  static final int INVALID_ARGUMENT = 2;
  static final int NOT_SUPPORTED = 3;
  static final int NO_PERMISSION = 4;
  static final int NOT_FOUND = 6;
  static final int INSUFFICIENT_SIZE = 7;
  static final int DRIVER_NOT_LOADED = 9;
  static final int TIMEOUT = 10;
  static final int FUNCTION_NOT_FOUND = 13;
  static final int CORRUPTED_INFOROM = 14;
  static final int GPU_IS_LOST = 15;
  static final int RESET_REQUIRED = 16;
  static final int LIB_RM_VERSION_MISMATCH = 18;
  static final int NO_DATA = 21;
  static final int ARGUMENT_VERSION_MISMATCH = 25;
  static final int DEPRECATED = 26;
  static final int GPU_NOT_FOUND = 28;

  private static final String[] WORDS = {
    "success",
    "NVML is not initialized",
    "invalid argument",
    "not supported",
    "no permission",
    "already initialized",
    "not found",
    "insufficient size",
    "the GPU's power cables are not attached",
    "the driver is not loaded",
    "timeout",
    "interrupt problem",
    "a library was not found",
    "function not found",
    "the InfoROM is corrupted",
    "the GPU is lost",
    "the GPU must be reset",
    "the operating system refuses the GPU",
    "library and driver have different versions",
    "the GPU is in use",
    "out of memory",
    "no data",
    "ECC is not supported in a vGPU",
    "insufficient resources",
    "frequency not supported",
    "argument version mismatch",
    "deprecated",
    "not ready",
    "the GPU was not found",
    "invalid state"
  };

  private ReturnCode() {}

  /// In a few words, with the number.
  static String words(int code) {
    String words = code >= 0 && code < WORDS.length ? WORDS[code] : "unknown error";
    return words + " (NVML " + code + ")";
  }

  /// Whether a GPU that answers so will never say more: it is not asked that again.
  static boolean isNever(int code) {
    return switch (code) {
      case INVALID_ARGUMENT,
          NOT_SUPPORTED,
          FUNCTION_NOT_FOUND,
          ARGUMENT_VERSION_MISMATCH,
          DEPRECATED ->
          true;
      default -> false;
    };
  }

  /// Whether the library as a whole is of no use any more, until it is opened anew.
  static boolean isLibraryGone(int code) {
    return code == UNINITIALIZED || code == DRIVER_NOT_LOADED || code == LIB_RM_VERSION_MISMATCH;
  }
}
