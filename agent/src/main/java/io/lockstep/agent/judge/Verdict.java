package io.lockstep.agent.judge;

import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Metric.Kind;
import io.lockstep.telemetry.contract.Subject;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.JsonText;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Whether this server is well, at one moment.
///
/// @param all by every rule that is a warning at least
/// @param jobs whether a job may start: by the faults that forbid it alone
/// @param faults what is found, the gravest first, at most [#FAULTS_MAX]; empty when there is none
public record Verdict(Answer all, Answer jobs, List<Fault> faults) {
  static final int FAULTS_MAX = 64;

  private static final AttributeKey<String> RULE = AttributeKey.stringKey("lockstep.rule");
  private static final AttributeKey<String> CHECK = AttributeKey.stringKey("lockstep.check");

  /// Only shown to who scrapes; a collector judges by itself.
  private static final Metric FAULT =
      metric("lockstep.agent.fault", "1 for each fault that the agent's rules find now.");

  private static final Metric STATE =
      metric(
          "lockstep.agent.check.state",
          "What `lockstep agent check` answers: 0 healthy, 1 unhealthy, 3 cannot tell.");

  private static Metric metric(String name, String help) {
    return new Metric(name, "1", Kind.GAUGE, help, Subject.HOST, List.of(), List.of());
  }

  /// What a check answers; the numbers are its exit codes.
  enum State {
    HEALTHY(0, "healthy"),
    UNHEALTHY(1, "unhealthy"),
    CANNOT_TELL(3, "cannot-tell");

    final int code;
    final String label;

    State(int code, String label) {
      this.code = code;
      this.label = label;
    }
  }

  /// @param why one line
  record Answer(State state, String why) {}

  public Verdict {
    faults = List.copyOf(faults);
  }

  /// Nothing is known.
  static Verdict unknown(String why) {
    var answer = new Answer(State.CANNOT_TELL, why);
    return new Verdict(answer, answer, List.of());
  }

  /// As one line of JSON.
  public String json() {
    var out = new StringBuilder(256).append('{');
    answer(out, all);
    out.append(",\"job_start\":{");
    answer(out, jobs);
    out.append("},\"faults\":[");
    for (int i = 0; i < faults.size(); i++) {
      fault(out.append(i == 0 ? "{" : ",{"), faults.get(i));
      out.append('}');
    }
    return out.append("]}").toString();
  }

  private static void answer(StringBuilder out, Answer answer) {
    out.append("\"state\":\"").append(answer.state.label).append("\",\"why\":");
    out.append(JsonText.quote(answer.why));
  }

  private static void fault(StringBuilder out, Fault fault) {
    out.append("\"rule\":").append(JsonText.quote(fault.rule()));
    out.append(",\"subject\":").append(JsonText.quote(fault.subject()));
    out.append(",\"severity\":\"").append(label(fault.severity()));
    out.append("\",\"action\":\"").append(label(fault.action()));
    out.append("\",\"since\":").append(fault.sinceNanos() / 1_000_000_000L);
    out.append(",\"forbids_jobs\":").append(fault.forbidsJobs());
    out.append(",\"words\":").append(JsonText.quote(fault.words()));
  }

  /// As samples: each fault, and what a check answers.
  List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    samples.add(state("all", all.state));
    samples.add(state("job_start", jobs.state));
    for (Fault fault : faults) {
      var attributes =
          Attributes.builder()
              .put(RULE, fault.rule())
              .put("lockstep.severity", label(fault.severity()));
      if (!fault.subject().equals(Table.HOST_SUBJECT)) {
        attributes.put("hw.id", fault.subject());
      }
      samples.add(new Sample(FAULT, attributes.build(), true, 1));
    }
    return samples;
  }

  private static Sample state(String what, State state) {
    return new Sample(STATE, Attributes.of(CHECK, what), true, state.code);
  }

  /// A constant as people write it.
  static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
