package io.lockstep.agent.sample.check;

import java.util.Locale;

/// Outcome of a check, by its exit code ([Monitoring Plugins'
/// guidelines](https://www.monitoring-plugins.org/doc/guidelines.html)).
enum CheckState {
  OK(0),
  WARNING(1),
  CRITICAL(2),
  UNKNOWN(3);

  private final int code;

  CheckState(int code) {
    this.code = code;
  }

  /// The state of an exit code; anything but 0, 1 and 2 is unknown.
  static CheckState of(int exitCode) {
    for (CheckState state : values()) {
      if (state.code == exitCode) {
        return state;
      }
    }
    return UNKNOWN;
  }

  /// The exit code.
  int code() {
    return code;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
