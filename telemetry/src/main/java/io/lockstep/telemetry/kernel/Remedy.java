package io.lockstep.telemetry.kernel;

import java.util.Locale;

/// What helps, as NVIDIA's catalogues say it; the graver the later.
public enum Remedy {
  NONE,
  /// Another XID beside it says what to do.
  SEE_OTHER_XID,
  RESTART_APPLICATION,
  UPDATE_SOFTWARE,
  /// What the driver asks for stands in XID 154 and in the GPU's recovery action.
  BY_RECOVERY_ACTION,
  /// The text of the event says more.
  BY_DETAIL,
  CONTACT_SUPPORT,
  CHECK_LINK,
  CHECK_CONNECTIONS,
  RESET_GPU,
  RESTART_VM,
  RESTART_SERVER;

  /// Whether the part can't go on as it is.
  public boolean stopsWork() {
    return compareTo(CHECK_CONNECTIONS) >= 0;
  }

  /// As files and people write it: `reset-gpu`.
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Remedy of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
