package io.lockstep.telemetry.kernel;

import java.util.Locale;

/// Whose fault an event is most likely.
public enum Blame {
  /// The program that ran on the part.
  APPLICATION,
  /// A driver or its firmware, or the kernel.
  DRIVER,
  /// A link between GPUs, or what they are linked by.
  FABRIC,
  /// The part itself.
  HARDWARE,
  /// A code that stands in no catalogue.
  UNKNOWN;

  /// As files and people write it.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Blame of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }
}
