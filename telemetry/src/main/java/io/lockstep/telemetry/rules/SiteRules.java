package io.lockstep.telemetry.rules;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.Rule.Action;
import io.lockstep.telemetry.rules.Rule.Severity;
import io.lockstep.telemetry.rules.Rule.Test;
import java.time.Duration;
import java.util.List;

/// The rules about what a site adds of its own. `{words}` in a summary is what the part's last
/// event said.
final class SiteRules {
  private static final String PLUGINS =
      "Monitoring Plugins' guidelines (https://www.monitoring-plugins.org/doc/guidelines.html): the"
          + " exit codes.";
  private static final String OURS = "What the site declared, or the agent learnt here.";
  private static final Column CHECK = Contract.column(Table.PART, "check_severity");
  private static final Column INVENTORY = Contract.column(Table.PART, "inventory_fault");

  /// Above the time between two runs of most checks: one that is well again at its next run tells
  /// nobody.
  private static final int CHECK_PATIENCE_SECONDS = 70;

  /// A server that starts finds its parts one after the other.
  private static final int INVENTORY_PATIENCE_SECONDS = 180;

  static final List<Rule> ALL =
      List.of(
          row("site-check", "site-check", CHECK, 2, CHECK_PATIENCE_SECONDS, "is CRITICAL", PLUGINS),
          row(
              "site-check-warning",
              "site-check",
              CHECK,
              1,
              CHECK_PATIENCE_SECONDS,
              "is at WARNING",
              PLUGINS),
          row(
              "inventory-differs",
              "inventory-differs",
              INVENTORY,
              2,
              INVENTORY_PATIENCE_SECONDS,
              "is not what it should be",
              OURS),
          row(
              "inventory-changed",
              "inventory-differs",
              INVENTORY,
              1,
              INVENTORY_PATIENCE_SECONDS,
              "is not what it was",
              OURS));

  private SiteRules() {}

  /// @param value the column's, which is also how bad it is: 1 a warning, 2 critical
  /// @param patience seconds
  private static Rule row(
      String id, String kind, Column column, int value, int patience, String is, String source) {
    return new Rule(
        id,
        kind,
        column,
        Test.EQUALS,
        value,
        Duration.ZERO,
        Duration.ofSeconds(patience),
        Duration.ofMinutes(1),
        null,
        false,
        null,
        value == 2 ? Severity.CRITICAL : Severity.WARNING,
        Action.WATCH,
        "{subject} of {host} " + is + ": {words}",
        List.of(),
        source);
  }
}
