package io.lockstep.telemetry.rules;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.Rule.Action;
import io.lockstep.telemetry.rules.Rule.Severity;
import io.lockstep.telemetry.rules.Rule.Sooner;
import io.lockstep.telemetry.rules.Rule.Test;
import io.lockstep.telemetry.rules.Rule.Unless;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// The rules, one row each. A new limit on one subject is a new row here and a page in
/// `docs/runbooks`.
public final class RuleTable {
  private static final Column UP = port("up");

  /// The kernel's number for a port that was switched off on purpose ([IBA
  /// specification](https://www.infinibandta.org/ibta-specification/), PortPhysicalState).
  private static final Unless DISABLED = new Unless(port("physical_state"), 3);

  private static final List<Column> LINK =
      List.of(port("state"), port("physical_state"), port("rate"), port("link_downed"));

  private static final Rule PORT_DOWN =
      new Rule(
          "port-down",
          "port-down",
          UP,
          Test.BELOW,
          0.5,
          Duration.ZERO,
          Duration.ofSeconds(2),
          Duration.ofMinutes(1),
          DISABLED,
          true,
          new Sooner("lockstep.network.link.down", "", "", "lockstep.network.link.up"),
          Severity.CRITICAL,
          Action.CHECKPOINT,
          "Port {subject} of {host} is down: it carried traffic before and does not now.",
          LINK,
          "Links that flap come back within seconds (MegaScale, arXiv 2402.15627); NCCL"
              + " gives up after longer.");

  private static final Rule PORT_FLAPPING =
      new Rule(
          "port-flapping",
          "port-flapping",
          UP,
          Test.CYCLES,
          2,
          Duration.ofMinutes(5),
          Duration.ZERO,
          Duration.ofMinutes(5),
          null,
          false,
          null,
          Severity.CRITICAL,
          Action.CHECKPOINT,
          "Port {subject} of {host} flaps: it went down and came back {value} times within {window}.",
          LINK,
          "ByteRobust (arXiv 2509.16293): a network alert is tolerated once; two within five minutes"
              + " evict.");

  private static final Rule PORT_FLAPPING_SLOWLY =
      new Rule(
          "port-flapping-slowly",
          "port-flapping",
          UP,
          Test.CYCLES,
          3,
          Duration.ofHours(12),
          Duration.ZERO,
          Duration.ofMinutes(5),
          null,
          false,
          null,
          Severity.WARNING,
          Action.WATCH,
          "Port {subject} of {host} flaps now and then: it went down and came back {value} times"
              + " within {window}.",
          LINK,
          "gpud (leptonai/gpud, infiniband/store/scan_flaps.go): back to active three times in twelve"
              + " hours.");

  private static final Rule PORT_DEGRADED =
      new Rule(
          "port-degraded",
          "port-degraded",
          port("rate_lost"),
          Test.ABOVE,
          1,
          Duration.ZERO,
          Duration.ofSeconds(30),
          Duration.ofMinutes(1),
          DISABLED,
          false,
          null,
          Severity.WARNING,
          Action.CHECKPOINT,
          "Port {subject} of {host} is slower than it was: its link came back with fewer lanes or a"
              + " lower rate.",
          List.of(port("rate"), port("width"), port("symbol_error"), port("link_downed")),
          "The rate that the same port had since the server started; a job goes at the rate of its"
              + " slowest port.");

  private static final Rule CLOCK_UNSYNCHRONIZED =
      new Rule(
          "clock-unsynchronized",
          "host-degraded",
          Contract.column(Table.HOST, "clock_synchronized"),
          Test.BELOW,
          0.5,
          Duration.ofMinutes(5),
          Duration.ZERO,
          Duration.ofMinutes(1),
          null,
          true,
          null,
          Severity.WARNING,
          Action.WATCH,
          "The clock of {host} is not kept any more: NTP or PTP has stopped.",
          List.of(),
          "adjtimex(2): STA_UNSYNC, which the kernel sets when nobody has told it the time for long.");

  /// Every rule, in the order of the documentation.
  public static final List<Rule> ALL =
      Stream.of(
              List.of(
                  PORT_DOWN,
                  PORT_FLAPPING,
                  PORT_FLAPPING_SLOWLY,
                  PORT_DEGRADED,
                  CLOCK_UNSYNCHRONIZED),
              GpuRules.ALL,
              GpuHealthRules.ALL,
              SiteRules.ALL)
          .flatMap(List::stream)
          .toList();

  private RuleTable() {}

  private static Column port(String name) {
    return Contract.column(Table.PORT, name);
  }
}
