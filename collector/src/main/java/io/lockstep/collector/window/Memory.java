package io.lockstep.collector.window;

/// Whether a window has back what was known before the collector was started. Until then, and where
/// it can't have it, detectors that look back can't tell.
///
/// @param state how far it is
/// @param reason why it has nothing back; empty otherwise
/// @param startSlot the first slot after the start, a Unix second; [Long#MAX_VALUE] before anything
///   came
/// @param sinceSlot the first slot of which something may be known second by second
/// @param pastSinceSlot the first slot of the last day of which something may be known, in spans of
///   ten minutes
public record Memory(
    State state, String reason, long startSlot, long sinceSlot, long pastSinceSlot) {
  /// How far it is.
  public enum State {
    /// It is being read from the store.
    READING,
    /// It is back, or there was nothing.
    BACK,
    /// It does not come back.
    LOST
  }
}
