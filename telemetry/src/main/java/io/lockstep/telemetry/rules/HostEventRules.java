package io.lockstep.telemetry.rules;

import io.lockstep.telemetry.kernel.Blame;
import io.lockstep.telemetry.kernel.Remedy;
import io.lockstep.telemetry.rules.Rule.Action;
import io.lockstep.telemetry.rules.Rule.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rules about events of a server and its parts besides GPUs and ports.
///
/// What was corrected is no incident by itself, however often the kernel writes it down: the agent
/// counts, and tells when it is too much.
final class HostEventRules {
  private static final String STATE = "lockstep.hardware.state.changed";
  private static final String ERROR = "lockstep.hardware.error";
  private static final String FAULT = "lockstep.kernel.fault";

  private static final String HW_STATE = "hw.state";
  private static final String TYPE = "hw.type";
  private static final String KIND = "error.type";

  /// Faults that last are said every quarter of an hour; two may be lost.
  private static final int LASTING = 40;

  static final List<EventRule> ALL =
      List.of(
          row(
              "part-failed",
              STATE,
              Map.of(HW_STATE, Set.of("failed")),
              null,
              new Verdict(Severity.CRITICAL, Action.CHECKPOINT, LASTING),
              "{host}: {meaning}",
              "What its driver says of the part (sysfs)."),
          row(
              "part-degraded",
              STATE,
              Map.of(HW_STATE, Set.of("degraded")),
              null,
              new Verdict(Severity.WARNING, Action.WATCH, LASTING),
              "{host}: {meaning}",
              "Memory: mcelog's default of 10 corrected errors of a module a day. PCIe: DCGM's limit"
                  + " of 8 packets sent again a minute. Links, bonds, RAIDs: less than they had."
                  + " Sensors: the part's own limit."),
          row(
              "memory-uncorrected",
              ERROR,
              Map.of(TYPE, Set.of("memory"), KIND, Set.of("uncorrected")),
              null,
              new Verdict(Severity.CRITICAL, Action.EVACUATE, 60),
              "{host}: {meaning}",
              "Linux Documentation/admin-guide/RAS: an uncorrected error is lost data."),
          row(
              "pcie-fatal",
              ERROR,
              Map.of(TYPE, Set.of("pci"), KIND, Set.of("fatal")),
              null,
              new Verdict(Severity.CRITICAL, Action.CHECKPOINT, 60),
              "{host}: {meaning}",
              "Linux Documentation/PCI/pcieaer-howto: fatal, the link is not to be trusted."),
          row(
              "pcie-nonfatal",
              ERROR,
              Map.of(TYPE, Set.of("pci"), KIND, Set.of("nonfatal")),
              null,
              new Verdict(Severity.WARNING, Action.WATCH, 60),
              "{host}: {meaning}",
              "Linux Documentation/PCI/pcieaer-howto: not corrected, the link goes on."),
          row(
              "kernel-hardware-failed",
              FAULT,
              Map.of(KIND, Set.of("pcie", "mlx5", "mce", "edac", "gpu-init", "storage")),
              Remedy.RESTART_SERVER,
              new Verdict(Severity.CRITICAL, Action.CHECKPOINT, 60),
              "{host}, {subject}: {meaning}",
              "Linux kernel source: what the line means."),
          new EventRule(
              "kernel-hardware-degraded",
              "host-degraded",
              FAULT,
              Set.of(),
              Set.of(Blame.HARDWARE),
              Map.of(KIND, Set.of("pcie", "mlx5", "mce", "storage")),
              Remedy.CHECK_CONNECTIONS,
              Severity.WARNING,
              Action.WATCH,
              Duration.ofMinutes(30),
              "{host}, {subject}: {meaning}",
              "Linux kernel source: what the line means."),
          row(
              "out-of-memory",
              FAULT,
              Map.of(KIND, Set.of("oom")),
              null,
              new Verdict(Severity.WARNING, Action.WATCH, 10),
              "{host}: {meaning}",
              "Linux kernel source, mm/oom_kill.c."),
          row(
              "hung-task",
              FAULT,
              Map.of(KIND, Set.of("hung-task")),
              null,
              new Verdict(Severity.WARNING, Action.WATCH, 30),
              "{host}: {meaning}",
              "Linux kernel source, kernel/hung_task.c: 120 seconds by default."),
          row(
              "process-stuck",
              "lockstep.process.stuck",
              Map.of(),
              null,
              new Verdict(Severity.WARNING, Action.WATCH, 30),
              "{host}: {meaning}",
              "Half of the kernel's own limit for a hung task (kernel/hung_task.c)."));

  private HostEventRules() {}

  /// @param minutes without another one until it counts as over
  private record Verdict(Severity severity, Action action, int minutes) {}

  private static EventRule row(
      String id,
      String event,
      Map<String, Set<String>> with,
      @Nullable Remedy least,
      Verdict verdict,
      String summary,
      String source) {
    return new EventRule(
        id,
        "host-degraded",
        event,
        Set.of(),
        Set.of(),
        with,
        least,
        verdict.severity,
        verdict.action,
        Duration.ofMinutes(verdict.minutes),
        summary,
        source);
  }
}
