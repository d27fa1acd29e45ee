package io.lockstep.collector.window;

/// What there was of one subject in one column within ten minutes.
///
/// @param firstSlot the span's first slot, a Unix second
/// @param seconds slots that had a value, 1 to 600
/// @param least the lowest of them
/// @param mean of a gauge its mean; of a counter the mean increase of a slot that had one
/// @param most the highest of them
public record Span(long firstSlot, int seconds, float least, float mean, float most) {
  /// Of a counter, by how much it has grown.
  public double increase() {
    return (double) mean * seconds;
  }
}
