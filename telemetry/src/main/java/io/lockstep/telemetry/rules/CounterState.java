package io.lockstep.telemetry.rules;

/// What is known of a cumulative counter at a subject. Only [#COUNTING] says that no increase means
/// no event.
public enum CounterState {
  /// Fewer than two samples within [Counters#GAP_SECONDS]: there is nothing to subtract yet.
  UNKNOWN,
  /// Its increase is known.
  COUNTING,
  /// It went down: cleared, or its device was reset. What it counted in between is lost.
  RESET,
  /// It stands at its ceiling and counts no further until it is cleared.
  SATURATED
}
