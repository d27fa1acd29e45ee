package io.lockstep.agent.judge;

import io.lockstep.telemetry.rules.Rule.Action;
import io.lockstep.telemetry.rules.Rule.Severity;

/// A fault that a rule finds on this server now.
///
/// @param rule the rule's id, which names its runbook
/// @param subject as in the store: a GPU's UUID, `mlx5_0/1`, `host`
/// @param severity how bad
/// @param action what the rule advises
/// @param sinceNanos since when, Unix nanoseconds
/// @param heardNanos when it was last seen, Unix nanoseconds
/// @param words one sentence
record Fault(
    String rule,
    String subject,
    Severity severity,
    Action action,
    long sinceNanos,
    long heardNanos,
    String words) {

  /// Whether no job should start here: what takes the server out of a job, or stops a job, is for a
  /// repair before the next one; a warning is not.
  boolean forbidsJobs() {
    return action == Action.EVACUATE
        || (action == Action.CHECKPOINT && severity == Severity.CRITICAL);
  }

  /// The same, seen again.
  Fault heard(long nanos) {
    return new Fault(rule, subject, severity, action, sinceNanos, nanos, words);
  }

  /// The same in other words.
  Fault saying(String other) {
    return new Fault(rule, subject, severity, action, sinceNanos, heardNanos, other);
  }

  /// The graver of two comes first; then the older.
  static int byGravity(Fault one, Fault other) {
    int gravity =
        other.severity != one.severity
            ? other.severity.compareTo(one.severity)
            : other.action.compareTo(one.action);
    return gravity != 0 ? gravity : Long.compare(one.sinceNanos, other.sinceNanos);
  }
}
