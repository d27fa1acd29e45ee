package io.lockstep.collector.notify;

import io.lockstep.collector.notify.SinkStatus.Count;
import io.lockstep.collector.notify.SinkStatus.State;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one sink has gone through since the start, and the one line in the log at each change. Not
/// for several threads.
final class Health {
  private static final Logger log = LoggerFactory.getLogger(Health.class);

  private final AlertSink sink;
  private final Map<Count, Long> counts = new EnumMap<>(Count.class);
  private State state = State.UNTRIED;
  private Instant since;
  private @Nullable String lastError;
  private @Nullable Instant lastErrorAt;
  private @Nullable Instant lastDelivered;
  private boolean dropping;

  Health(AlertSink sink, Instant now) {
    this.sink = sink;
    this.since = now;
    for (Count count : Count.values()) {
      counts.put(count, 0L);
    }
  }

  void count(Count what) {
    counts.merge(what, 1L, Long::sum);
  }

  /// After an attempt.
  void turn(State next, String answer, Instant now) {
    if (next == State.WORKING) {
      lastDelivered = now;
      dropping = false;
    } else {
      lastError = answer;
      lastErrorAt = now;
    }
    if (next == state) {
      return;
    }
    State before = state;
    state = next;
    since = now;
    String label = next.name().toLowerCase(Locale.ROOT);
    if (next != State.WORKING) {
      log.warn(
          "sink {} name={} address={} answer=\"{}\"", label, sink.name(), sink.address(), answer);
    } else if (before != State.UNTRIED) {
      log.info("sink works again name={} address={}", sink.name(), sink.address());
    }
  }

  /// A message was dropped: said for the first of a row, counted for each.
  void dropped(Count why, String reason) {
    count(why);
    if (!dropping) {
      dropping = true;
      log.error(
          "sink drops messages name={} address={} reason=\"{}\"",
          sink.name(),
          sink.address(),
          reason);
    }
  }

  State state() {
    return state;
  }

  SinkStatus status(int queue, @Nullable Instant oldest, @Nullable Instant nextAttempt) {
    return new SinkStatus(
        sink.name(),
        sink.address(),
        state,
        since,
        lastError,
        lastErrorAt,
        lastDelivered,
        queue,
        oldest,
        nextAttempt,
        counts);
  }
}
