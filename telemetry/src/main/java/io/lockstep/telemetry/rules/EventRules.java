package io.lockstep.telemetry.rules;

import io.lockstep.telemetry.kernel.Blame;
import io.lockstep.telemetry.kernel.Xids;
import io.lockstep.telemetry.rules.Rule.Action;
import io.lockstep.telemetry.rules.Rule.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The rules about events, one row each. Of the rows that speak of an event the first counts.
public final class EventRules {
  private static final String XID = "lockstep.gpu.xid";
  private static final String XIDS =
      "NVIDIA XID catalogue 2025-10 (https://docs.nvidia.com/deploy/xid-errors/): codes and actions;"
          + " whose fault it is: the catalogue's investigatory action, and ours.";

  private static final List<EventRule> GPU =
      List.of(
          new EventRule(
              "gpu-off-the-bus",
              "gpu-lost",
              XID,
              Set.of(Xids.OFF_THE_BUS),
              Set.of(),
              Severity.CRITICAL,
              Action.EVACUATE,
              Duration.ofMinutes(10),
              "{gpu} has fallen off the bus (XID {code}).",
              XIDS),
          xid(
              "gpu-xid-hardware",
              "gpu-failing",
              Blame.HARDWARE,
              Severity.CRITICAL,
              Action.EVACUATE,
              60),
          xid(
              "gpu-xid-fabric",
              "gpu-failing",
              Blame.FABRIC,
              Severity.CRITICAL,
              Action.EVACUATE,
              60),
          xid(
              "gpu-xid-driver",
              "gpu-failing",
              Blame.DRIVER,
              Severity.CRITICAL,
              Action.CHECKPOINT,
              30),
          xid("gpu-xid-unknown", "gpu-failing", Blame.UNKNOWN, Severity.WARNING, Action.WATCH, 30),
          xid(
              "gpu-xid-application",
              "gpu-program-failed",
              Blame.APPLICATION,
              Severity.INFO,
              Action.WATCH,
              10),
          report("gpu-memory-error", "lockstep.gpu.memory.error", 60),
          report("gpu-recovery-requested", "lockstep.gpu.recovery.requested", 10),
          new EventRule(
              "nvswitch-sxid",
              "nvswitch-failing",
              "lockstep.nvswitch.sxid",
              Set.of(),
              Set.of(),
              Severity.CRITICAL,
              Action.EVACUATE,
              Duration.ofMinutes(60),
              "An NVSwitch of {host} ({subject}) reports SXid {code}: {meaning}",
              "NVIDIA Fabric Manager User Guide, NVSwitch SXids."));

  /// Every rule.
  public static final List<EventRule> ALL =
      Stream.of(GPU, HostEventRules.ALL).flatMap(List::stream).toList();

  private EventRules() {}

  /// A rule that speaks of an event, and what it says.
  public record Told(EventRule rule, EventRule.Verdict verdict) {}

  /// Judges an event by the first rule that speaks of it.
  ///
  /// @param body the event's text
  /// @return null when none does
  public static @Nullable Told judge(String name, String body, Map<String, String> attributes) {
    for (EventRule rule : ALL) {
      EventRule.Verdict verdict = rule.judge(name, body, attributes);
      if (verdict != null) {
        return new Told(rule, verdict);
      }
    }
    return null;
  }

  private static EventRule report(String id, String event, int minutes) {
    return new EventRule(
        id,
        "gpu-failing",
        event,
        Set.of(),
        Set.of(),
        Severity.CRITICAL,
        Action.EVACUATE,
        Duration.ofMinutes(minutes),
        "{gpu} reports {meaning}",
        "nvml.h 13.3 (https://docs.nvidia.com/deploy/nvml-api/): the types of events.");
  }

  /// @param minutes without another one until it counts as over
  private static EventRule xid(
      String id, String kind, Blame blame, Severity severity, Action action, int minutes) {
    return new EventRule(
        id,
        kind,
        XID,
        Set.of(),
        Set.of(blame),
        severity,
        action,
        Duration.ofMinutes(minutes),
        "{gpu} reports XID {code}: {meaning}",
        XIDS);
  }
}
