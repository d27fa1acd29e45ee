package io.lockstep.agent.sample;

import java.time.Duration;
import java.time.Instant;

/// When what is read slowly is read: on whole multiples of a time since 1970, so that all samplers'
/// slow rounds fall together and rounds are of few kinds. The first round is one. One thread.
public final class Turns {
  /// In the place of a number where no turn begins.
  public static final long NONE = -1;

  private final long every;
  private long last = NONE;

  /// @param every time between two
  public Turns(Duration every) {
    this.every = every.toMillis();
  }

  /// The number of the turn that begins with this round, counted from 1970; else [#NONE].
  public long begun(Instant now) {
    long turn = Math.floorDiv(now.toEpochMilli(), every);
    boolean begins = turn != last;
    last = turn;
    return begins ? turn : NONE;
  }
}
