package io.lockstep.telemetry.rules;

import static io.lockstep.telemetry.rules.Rule.Action.CHECKPOINT;
import static io.lockstep.telemetry.rules.Rule.Action.EVACUATE;
import static io.lockstep.telemetry.rules.Rule.Action.WATCH;
import static io.lockstep.telemetry.rules.Rule.Severity.CRITICAL;
import static io.lockstep.telemetry.rules.Rule.Severity.WARNING;
import static io.lockstep.telemetry.rules.Rule.Test.ABOVE;
import static io.lockstep.telemetry.rules.Rule.Test.BITS;
import static io.lockstep.telemetry.rules.Rule.Test.EQUALS;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.Rule.Action;
import io.lockstep.telemetry.rules.Rule.Severity;
import io.lockstep.telemetry.rules.Rule.Sooner;
import io.lockstep.telemetry.rules.Rule.Test;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rules about one GPU's own word, whatever its job does.
///
/// The software power cap (bit 0x4) has no rule: it is how a busy GPU keeps to its limit, and
/// stands among the numbers of a finding. A limit that was lowered while the GPU was watched has
/// one; a site that runs all of its GPUs below the limit that they came with means it.
final class GpuRules {
  private static final String NVML =
      "nvml.h 13.3 (https://docs.nvidia.com/deploy/nvml-api/): what the value means.";
  private static final String MEMORY =
      "NVIDIA GPU Memory Error Management (https://docs.nvidia.com/deploy/a100-gpu-mem-error-mgmt/).";

  /// Hardware and software thermal slowdown.
  private static final int HEAT = 0x20 | 0x40;

  /// An external power brake.
  private static final int BRAKE = 0x80;

  private static final List<Column> STATE = List.of(gpu("recovery_action"), gpu("ecc_uncorrected"));
  private static final List<Column> HEATED =
      List.of(gpu("temperature"), gpu("temperature_memory"), gpu("power"), gpu("clock_sm"));
  private static final List<Column> ERRORS =
      List.of(gpu("ecc_corrected"), gpu("ecc_uncorrected"), gpu("row_remaps_pending"));

  static final List<Rule> ALL =
      List.of(
          state("gpu-lost", "gpu-lost", 2, "lost", "is lost: it has fallen off the bus"),
          state("gpu-missing", "gpu-lost", 5, "missing", "is missing: {missing}"),
          state(
              "gpu-reset-required",
              "gpu-failing",
              3,
              "reset-required",
              "can't be used before it is reset"),
          state(
              "gpu-unresponsive",
              "gpu-lost",
              4,
              "unresponsive",
              "does not answer: a call into it hangs, or ends the program that asks"),
          row(
              "gpu-recovery-action",
              "gpu-failing",
              test("recovery_action", ABOVE, 0.5, 0),
              new Verdict(CRITICAL, EVACUATE, 0, 60),
              "{gpu} asks to be recovered: {recovery}.",
              STATE,
              NVML),
          row(
              "gpu-ecc-uncorrected",
              "gpu-failing",
              test("ecc_uncorrected", ABOVE, 0.5, 0),
              new Verdict(CRITICAL, CHECKPOINT, 0, 600),
              "{gpu} has uncorrectable memory errors: {value} new.",
              ERRORS,
              MEMORY),
          row(
              "gpu-row-remap-failed",
              "gpu-failing",
              test("row_remaps_failed", ABOVE, 0.5, 0),
              new Verdict(CRITICAL, EVACUATE, 0, 60),
              "{gpu} could not remap a broken row of its memory: it must be replaced.",
              ERRORS,
              MEMORY),
          row(
              "gpu-row-remap-pending",
              "gpu-degraded",
              test("row_remaps_pending", ABOVE, 0.5, 0),
              new Verdict(WARNING, CHECKPOINT, 0, 60),
              "{gpu} has a broken row of memory to remap: it must be reset.",
              ERRORS,
              MEMORY),
          row(
              "gpu-nvlink-down",
              "gpu-degraded",
              test("nvlink_lost", ABOVE, 0.5, 0),
              new Verdict(CRITICAL, CHECKPOINT, 10, 60),
              "{gpu} has lost {value} of its NVLinks.",
              List.of(gpu("nvlink_active")),
              NVML),
          row(
              "gpu-pcie-lanes",
              "gpu-degraded",
              test("pcie_lanes_lost", ABOVE, 0.5, 30),
              new Verdict(WARNING, WATCH, 30, 60),
              "The PCIe link of {gpu} has {value} lanes less than GPU and slot can do.",
              List.of(gpu("pcie_replays")),
              NVML),
          row(
              "gpu-pcie-generation",
              "gpu-degraded",
              test("pcie_generations_lost", ABOVE, 0.5, 60),
              new Verdict(WARNING, WATCH, 60, 60),
              "The PCIe link of {gpu} is {value} generations below what GPU and slot can do.",
              List.of(gpu("pcie_replays")),
              NVML),
          row(
              "gpu-throttled-heat",
              "gpu-throttled",
              test("clock_event_reasons", BITS, HEAT, 10),
              new Verdict(WARNING, WATCH, 10, 60),
              "{gpu} is held back by heat.",
              HEATED,
              NVML),
          row(
              "gpu-throttled-power-brake",
              "gpu-throttled",
              test("clock_event_reasons", BITS, BRAKE, 10),
              new Verdict(WARNING, WATCH, 10, 60),
              "{gpu} is held back by the server's power brake: its power supply is overloaded.",
              HEATED,
              NVML),
          powerLimit());

  private GpuRules() {}

  private record Tested(Column column, Test test, double limit, int seconds) {}

  /// @param patience seconds
  /// @param keep seconds
  private record Verdict(Severity severity, Action action, int patience, int keep) {}

  private static Tested test(String column, Test test, double limit, int seconds) {
    return new Tested(gpu(column), test, limit, seconds);
  }

  /// @param label the state's, as in the attribute `lockstep.gpu.state`
  private static Rule state(String id, String kind, int number, String label, String words) {
    return row(
        id,
        kind,
        test("state", EQUALS, number, 0),
        new Sooner("lockstep.gpu.state.changed", "lockstep.gpu.state", label, ""),
        new Verdict(CRITICAL, EVACUATE, 0, 10),
        "{gpu} " + words + ".",
        STATE,
        "lockstep.gpu.state; what NVML answered when it was asked.");
  }

  private static Rule powerLimit() {
    return new Rule(
        "gpu-throttled-power-limit",
        "gpu-throttled",
        gpu("power_limit_lost"),
        ABOVE,
        1,
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(60),
        null,
        true,
        null,
        WARNING,
        WATCH,
        "The power limit of {gpu} was lowered: it is {value} W below the one that it came with.",
        HEATED,
        NVML);
  }

  private static Rule row(
      String id,
      String kind,
      Tested tested,
      Verdict verdict,
      String summary,
      List<Column> context,
      String source) {
    return row(id, kind, tested, null, verdict, summary, context, source);
  }

  private static Rule row(
      String id,
      String kind,
      Tested tested,
      @Nullable Sooner sooner,
      Verdict verdict,
      String summary,
      List<Column> context,
      String source) {
    return new Rule(
        id,
        kind,
        tested.column(),
        tested.test(),
        tested.limit(),
        Duration.ofSeconds(tested.seconds()),
        Duration.ofSeconds(verdict.patience()),
        Duration.ofSeconds(verdict.keep()),
        null,
        false,
        sooner,
        verdict.severity(),
        verdict.action(),
        summary,
        context,
        source);
  }

  private static Column gpu(String name) {
    return Contract.column(Table.GPU, name);
  }
}
