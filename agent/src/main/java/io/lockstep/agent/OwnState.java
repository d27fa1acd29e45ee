package io.lockstep.agent;

import io.lockstep.agent.batch.Rounds;
import io.lockstep.agent.listen.Listener;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// What the agent says of itself to whoever asks its listener.
final class OwnState {
  /// Ticks are at most a minute apart; from here on the agent is stuck.
  private static final Duration STUCK = Duration.ofSeconds(90);

  private final Rounds rounds;
  private final OwnCost cost;

  OwnState(Rounds rounds, OwnCost cost) {
    this.rounds = rounds;
    this.cost = cost;
  }

  Listener.Self asSelf() {
    return new Listener.Self(this::problem, this::metrics);
  }

  /// Whether it ticks; what the watchdog asks.
  boolean ticks() {
    return rounds.sinceTick().compareTo(STUCK) < 0;
  }

  private String problem() {
    Duration since = rounds.sinceTick();
    return ticks() ? "" : "no tick has ended for " + since.toSeconds() + " s";
  }

  /// Prometheus' text format.
  private String metrics() {
    var out = new StringBuilder();
    for (Sample sample : samples()) {
      Metric metric = sample.metric();
      boolean counter = metric.kind() == Metric.Kind.COUNTER;
      String name = metric.name().replace('.', '_') + (counter ? "_total" : "");
      out.append("# HELP ").append(name).append(' ').append(metric.help()).append('\n');
      out.append("# TYPE ").append(name).append(counter ? " counter\n" : " gauge\n");
      out.append(name).append(' ').append(sample.value()).append('\n');
    }
    return out.toString();
  }

  private List<Sample> samples() {
    try {
      return cost.samples();
    } catch (IOException _) {
      return List.of(); // /proc is gone: what it says is missing, not zero
    }
  }
}
