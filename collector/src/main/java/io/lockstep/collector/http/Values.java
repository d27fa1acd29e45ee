package io.lockstep.collector.http;

import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Column;
import org.jspecify.annotations.Nullable;

/// The newest values of one subject of the window; null where there is none that is fresh.
///
/// @param subject its index in the window; below 0 when the window does not know it
/// @param freshSeconds how old a value may be
record Values(Window window, int subject, int freshSeconds) {
  private static final int RATE_SECONDS = 10;

  @Nullable Double latest(Column column) {
    return subject < 0 ? null : known(window.latest(column, subject, freshSeconds));
  }

  /// By how much a counter has grown in the last seconds; null when nothing is known of them.
  @Nullable Double grown(Column column, int seconds) {
    return subject < 0 ? null : known(window.sum(column, subject, seconds));
  }

  /// Growth of a counter per second, mean over the last ten; null when it is not fresh.
  @Nullable Double rate(Column column) {
    long heard = window.sealedEdge() - window.sinceSlot() + 1;
    int seconds = Math.clamp(heard, 1, RATE_SECONDS);
    Double grown = latest(column) == null ? null : grown(column, seconds);
    return grown == null ? null : grown / seconds;
  }

  /// Age of the newest value of any of these columns, seconds; null when there is none in the
  /// window.
  @Nullable Double age(Column... columns) {
    int youngest = Window.NEVER;
    for (Column column : columns) {
      int age = subject < 0 ? Window.NEVER : window.ageSeconds(column, subject);
      youngest = Math.min(youngest, age);
      if (youngest <= freshSeconds) {
        break;
      }
    }
    return youngest == Window.NEVER ? null : (double) youngest;
  }

  boolean fresh(@Nullable Double age) {
    return age != null && age <= freshSeconds;
  }

  private static @Nullable Double known(double value) {
    return Double.isNaN(value) ? null : value;
  }
}
