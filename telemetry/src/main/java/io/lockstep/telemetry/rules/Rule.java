package io.lockstep.telemetry.rules;

import io.lockstep.telemetry.contract.Column;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A limit on one subject, as a row of [RuleTable]: what is tested, when it counts, what to do.
///
/// @param id unique, lower case with dashes; names the runbook `docs/runbooks/ID.md` and the alerts
/// @param kind the kind of incident that it makes, as `port-down`
/// @param column what is tested; live
/// @param test how
/// @param limit for [Test#CYCLES] a count, else as the column's values
/// @param window over which the test looks back; zero for the newest value alone
/// @param patience how long the fault must be there before an alert fires
/// @param keep how long it must be absent before its alert is resolved
/// @param unless a state in which the fault is meant, and so absent; null for none
/// @param onceGood whether only a subject that was seen without the fault can have it: what never
///   worked is no loss, an empty socket for instance
/// @param sooner an event that tells of the fault before the column's values do; null for none
/// @param severity how bad
/// @param action what to do
/// @param summary one sentence for the person on call; `{host}`, `{subject}`, `{gpu}` (`GPU 3 of
///   node-0007`), `{value}`, `{recovery}` (the value as a [RecoveryAction]), `{limit}` and
///   `{window}` are filled in
/// @param context columns whose present values stand beside the finding
/// @param source where the limit comes from
public record Rule(
    String id,
    String kind,
    Column column,
    Test test,
    double limit,
    Duration window,
    Duration patience,
    Duration keep,
    @Nullable Unless unless,
    boolean onceGood,
    @Nullable Sooner sooner,
    Severity severity,
    Action action,
    String summary,
    List<Column> context,
    String source) {

  /// How a column is tested.
  public enum Test {
    /// All values in the window are below the limit.
    BELOW,
    /// All values in the window are above the limit.
    ABOVE,
    /// All values in the window are the limit: a state that has this number.
    EQUALS,
    /// All values in the window have at least one of the limit's bits.
    BITS,
    /// The link went down and came back at least `limit` times in the window.
    CYCLES
  }

  /// How bad the fault is.
  public enum Severity {
    INFO,
    WARNING,
    CRITICAL
  }

  /// What is advised.
  public enum Action {
    WATCH,
    CHECKPOINT,
    EVACUATE
  }

  /// A state in which the fault is meant.
  ///
  /// @param column of the same table, live
  /// @param value the fault is meant while the column has it
  public record Unless(Column column, double value) {}

  /// An event that is sent at once when a subject gets the fault. The fault is there from its
  /// arrival on; whether it stays is for the column to say.
  ///
  /// @param event its name
  /// @param attribute an attribute that must have the value; empty when the name says it all
  /// @param value the attribute's
  /// @param over name of the event that says the opposite; empty for none
  public record Sooner(String event, String attribute, String value, String over) {
    /// Whether an event tells of the fault.
    public boolean tells(String name, Map<String, String> attributes) {
      return name.equals(event) && (attribute.isEmpty() || value.equals(attributes.get(attribute)));
    }
  }

  public Rule {
    context = List.copyOf(context);
    if (!column.live() || context.stream().anyMatch(one -> !one.live())) {
      throw new IllegalArgumentException("rule " + id + ": only live columns can be judged");
    }
  }
}
