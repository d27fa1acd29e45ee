package io.lockstep.agent.sample.check;

import io.lockstep.agent.sample.Notes;
import io.lockstep.agent.sample.Series;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Metric.Kind;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.Attributes;
import java.time.Duration;
import java.time.Instant;

/// A check's outcome as samples.
final class CheckRows {
  private static final Column STATE = Contract.column(Table.PART, "check_state");
  private static final Column SEVERITY = Contract.column(Table.PART, "check_severity");
  private static final Column DURATION = Contract.column(Table.PART, "check_duration");
  private static final Column AGE = Contract.column(Table.PART, "check_age");
  private static final Column ABANDONED = Contract.column(Table.HOST_SLOW, "check_abandoned");
  private static final String VALUE = "lockstep.check.value";
  private static final String HELP = "A value of a check's performance data.";

  private final String name;
  private final Series state;
  private final Series severity;
  private final Series duration;
  private final Series age;

  CheckRows(String name) {
    this.name = name;
    state = Series.of(STATE, name);
    severity = Series.of(SEVERITY, name);
    duration = Series.of(DURATION, name);
    age = Series.of(AGE, name);
  }

  void add(Outcome outcome, Instant now, Notes notes) {
    notes.add(state.at(outcome.state().code()));
    if (outcome.state() != CheckState.UNKNOWN) {
      notes.add(severity.at(outcome.state().code()));
    }
    if (outcome.seconds() > 0) {
      notes.add(duration.at(outcome.seconds()));
    }
    notes.add(age.at(Math.max(0, Duration.between(outcome.ended(), now).toMillis() / 1e3)));
  }

  void addValues(Outcome outcome, Notes notes) {
    outcome.values().forEach(value -> notes.add(sample(value)));
  }

  private Sample sample(CheckValue value) {
    Kind kind = value.counts() ? Kind.COUNTER : Kind.GAUGE;
    Metric metric = Metric.foreign(VALUE, value.unit(), kind, HELP);
    var attributes =
        Attributes.builder()
            .put("lockstep.check.name", name)
            .put("lockstep.check.value.name", value.label())
            .build();
    return new Sample(metric, attributes, false, Double.doubleToRawLongBits(value.value()));
  }

  /// Of a check that is not configured any more nothing is wrong.
  static void farewell(String name, Notes notes) {
    notes.add(Sample.of(SEVERITY, name, 0L));
  }

  static Sample abandoned(long runs) {
    return Sample.of(ABANDONED, "", runs);
  }
}
