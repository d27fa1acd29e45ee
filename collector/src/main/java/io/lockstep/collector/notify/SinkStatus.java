package io.lockstep.collector.notify;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How one sink fares.
///
/// @param name as the configuration has it
/// @param address where it leads to; no path, no query
/// @param state where it stands
/// @param since when that began
/// @param lastError what was wrong last, and stays told after it is over; null when nothing ever
///   was
/// @param lastErrorAt when that was
/// @param lastDelivered when the last message arrived; null when none did since the start
/// @param queue messages that wait
/// @param oldest when the one that waits longest was made; null when none waits
/// @param nextAttempt when it is tried next; null when nothing waits, or it is off
/// @param counts outcomes since the start
public record SinkStatus(
    String name,
    String address,
    State state,
    Instant since,
    @Nullable String lastError,
    @Nullable Instant lastErrorAt,
    @Nullable Instant lastDelivered,
    int queue,
    @Nullable Instant oldest,
    @Nullable Instant nextAttempt,
    Map<Count, Long> counts) {

  /// Where a sink stands, by its last attempt.
  public enum State {
    /// Nothing was sent since the start.
    UNTRIED,
    WORKING,
    /// The last attempt failed; it goes on trying.
    RETRYING,
    /// The last message was refused for good.
    REFUSING,
    /// The receiver says that it is gone (410); nothing is sent until the next start.
    OFF
  }

  /// What is counted.
  public enum Count {
    DELIVERED,
    REFUSED,
    /// Dropped because it was too old.
    EXPIRED,
    /// Dropped because too many waited.
    EVICTED,
    /// Attempts that failed and are made again.
    RETRIED
  }

  public SinkStatus {
    counts = Map.copyOf(counts);
  }

  /// How often that came out since the start.
  public long count(Count outcome) {
    return counts.getOrDefault(outcome, 0L);
  }
}
