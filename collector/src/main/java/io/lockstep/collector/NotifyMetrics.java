package io.lockstep.collector;

import io.lockstep.collector.http.MetricSource;
import io.lockstep.collector.http.MetricText;
import io.lockstep.collector.notify.Notifier;
import io.lockstep.collector.notify.SinkStatus;
import io.lockstep.collector.notify.SinkStatus.Count;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/// The sinks' counters at `/metrics`.
record NotifyMetrics(Notifier notifier, InstantSource clock) implements MetricSource {
  private static final String DELIVERIES = "lockstep_notify_deliveries_total";
  private static final String RETRIES = "lockstep_notify_retries_total";
  private static final String QUEUE = "lockstep_notify_queue";
  private static final String OLDEST = "lockstep_notify_queue_oldest_seconds";
  private static final String UP = "lockstep_notify_sink_up";

  private static final List<Count> OUTCOMES =
      List.of(Count.DELIVERED, Count.REFUSED, Count.EXPIRED, Count.EVICTED);

  @Override
  public void writeTo(MetricText text) {
    List<SinkStatus> sinks = notifier.sinks();
    if (sinks.isEmpty()) {
      return;
    }
    text.family(DELIVERIES, "counter", "Messages that are done, by sink and outcome.");
    for (SinkStatus sink : sinks) {
      for (Count outcome : OUTCOMES) {
        String label = outcome.name().toLowerCase(Locale.ROOT);
        text.sample(DELIVERIES, sink.count(outcome), "sink", sink.name(), "outcome", label);
      }
    }
    text.family(RETRIES, "counter", "Attempts that failed and are made again, by sink.");
    sinks.forEach(sink -> text.sample(RETRIES, sink.count(Count.RETRIED), "sink", sink.name()));
    text.family(QUEUE, "gauge", "Messages that wait, by sink.");
    sinks.forEach(sink -> text.sample(QUEUE, sink.queue(), "sink", sink.name()));
    oldest(text, sinks);
    up(text, sinks);
  }

  /// Of a sink for which nothing waits there is no age.
  private void oldest(MetricText text, List<SinkStatus> sinks) {
    text.family(OLDEST, "gauge", "Age of the message that waits longest, by sink.");
    Instant now = clock.instant();
    for (SinkStatus sink : sinks) {
      if (sink.oldest() != null) {
        double age = Duration.between(sink.oldest(), now).toMillis() / 1e3;
        text.sample(OLDEST, Math.max(0, age), "sink", sink.name());
      }
    }
  }

  /// Of a sink to which nothing was sent yet nobody can tell.
  private static void up(MetricText text, List<SinkStatus> sinks) {
    text.family(UP, "gauge", "1 when the last attempt arrived, else 0, by sink.");
    for (SinkStatus sink : sinks) {
      if (sink.state() != SinkStatus.State.UNTRIED) {
        int up = sink.state() == SinkStatus.State.WORKING ? 1 : 0;
        text.sample(UP, up, "sink", sink.name());
      }
    }
  }
}
