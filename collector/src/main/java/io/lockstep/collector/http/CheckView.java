package io.lockstep.collector.http;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One site check of a server, by its last run.
///
/// @param name the check's
/// @param state its outcome
/// @param since when it changed to that; null when that was before this collector was started, or
///   it was never another
/// @param output the line that it wrote then, empty when none; null when not known
/// @param ageSeconds time since its newest sample
record CheckView(
    String name, State state, @Nullable Instant since, @Nullable String output, double ageSeconds) {

  /// Outcomes.
  enum State {
    OK,
    WARNING,
    CRITICAL,
    UNKNOWN;

    /// By its number on the wire; another one is unknown.
    static State of(int number) {
      return switch (number) {
        case 0 -> OK;
        case 1 -> WARNING;
        case 2 -> CRITICAL;
        default -> UNKNOWN;
      };
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
