package io.lockstep.telemetry.rules;

import io.lockstep.telemetry.contract.Column;
import org.jspecify.annotations.Nullable;

/// What rules are judged by: the collector's window, or the agent's own memory.
public interface Readings {
  /// End of the newest second that is complete, Unix nanoseconds.
  long edgeNanos();

  /// The newest value, if it is no older than a few seconds; NaN when there is none.
  double latest(Column column, int subject);

  /// The values of the last complete seconds, oldest first; NaN where there is none.
  ///
  /// @param seconds how many, up to ten minutes
  float[] last(Column column, int subject, int seconds);

  /// When a port went down and up; null when nothing is known of it.
  @Nullable LinkHistory link(int port);
}
