package io.lockstep.launcher;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongConsumer;

/// A clock by which a second takes as long as the agent takes for its work. The agent's beat asks
/// for [#millis] before each tick, and for nothing else; then it is always one millisecond before
/// the next whole second. All others ask for [#instant].
final class HastyClock implements InstantSource {
  private static final long SECOND = 1000;

  private final long start;
  private final long step;
  private final LongConsumer heard;
  private volatile long now;

  /// @param beginMillis Unix milliseconds
  /// @param stepSeconds how often it is heard
  /// @param heard gets the number of steps since the begin, on the thread of the agent's beat; time
  ///   stands still meanwhile
  HastyClock(long beginMillis, long stepSeconds, LongConsumer heard) {
    this.start = Math.floorDiv(beginMillis, SECOND) * SECOND - 1;
    this.step = stepSeconds * SECOND;
    this.heard = heard;
    this.now = start;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(now);
  }

  @Override
  public long millis() {
    long next = now + SECOND;
    if ((next - start) % step == 0) {
      heard.accept((next - start) / step);
    }
    now = next;
    return next;
  }
}
