package io.lockstep.telemetry.rules;

import static io.lockstep.telemetry.rules.Rule.Action.CHECKPOINT;
import static io.lockstep.telemetry.rules.Rule.Action.WATCH;
import static io.lockstep.telemetry.rules.Rule.Severity.CRITICAL;
import static io.lockstep.telemetry.rules.Rule.Severity.WARNING;
import static io.lockstep.telemetry.rules.Rule.Test.ABOVE;
import static io.lockstep.telemetry.rules.Rule.Test.BITS;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.GpuHealth;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.Rule.Action;
import io.lockstep.telemetry.rules.Rule.Severity;
import java.time.Duration;
import java.util.List;

/// The rules about what a GPU says is wrong with itself ([GpuHealth]), and about NVLinks that did
/// not recover.
///
/// Few rows left, corrected errors and broken bits that are mended have no rule: they are how the
/// hardware is meant to age, and stand in the store.
final class GpuHealthRules {
  private static final String MEMORY =
      "NVIDIA GPU Memory Error Management (https://docs.nvidia.com/deploy/a100-gpu-mem-error-mgmt/).";
  private static final String PAGES =
      "NVIDIA Dynamic Page Retirement (https://docs.nvidia.com/deploy/dynamic-page-retirement/).";
  private static final String NVML =
      "nvml.h 13.3 (https://docs.nvidia.com/deploy/nvml-api/): what the value means.";

  private static final List<Column> ERRORS =
      List.of(gpu("ecc_corrected"), gpu("ecc_uncorrected"), gpu("row_remaps_pending"));
  private static final List<Column> LINKS = List.of(gpu("nvlink_active"), gpu("nvlink_lost"));

  /// Of the fabric all that does not pass by itself; a recovery under way does.
  private static final int FABRIC =
      GpuHealth.FABRIC_ROUTE.bit()
          | GpuHealth.FABRIC_BANDWIDTH.bit()
          | GpuHealth.FABRIC_CONFIGURATION.bit()
          | GpuHealth.FABRIC_REGISTRATION.bit();

  static final List<Rule> ALL =
      List.of(
          health(
              "gpu-sram-worn",
              "gpu-failing",
              GpuHealth.SRAM_WORN.bit(),
              0,
              WARNING,
              CHECKPOINT,
              "{gpu} has had more uncorrectable errors in its SRAM than it may: it must be replaced.",
              ERRORS,
              MEMORY),
          health(
              "gpu-rows-used-up",
              "gpu-degraded",
              GpuHealth.ROWS_USED_UP.bit(),
              0,
              WARNING,
              WATCH,
              "{gpu} has a bank of memory without a spare row: the next broken row there can't be"
                  + " replaced.",
              ERRORS,
              MEMORY),
          health(
              "gpu-pages-pending",
              "gpu-degraded",
              GpuHealth.PAGES_PENDING.bit(),
              0,
              WARNING,
              CHECKPOINT,
              "{gpu} has a broken page of memory to retire: it must be reset.",
              ERRORS,
              PAGES),
          health(
              "gpu-inforom-corrupted",
              "gpu-degraded",
              GpuHealth.INFOROM_CORRUPTED.bit(),
              0,
              WARNING,
              WATCH,
              "The InfoROM of {gpu} is corrupted: what it remembers of its errors is lost.",
              ERRORS,
              NVML),
          health(
              "gpu-fabric-unhealthy",
              "gpu-degraded",
              FABRIC,
              30,
              CRITICAL,
              CHECKPOINT,
              "The way of {gpu} into the NVLink fabric is broken or narrow (health {value}).",
              LINKS,
              NVML),
          new Rule(
              "gpu-nvlink-recovery-failed",
              "gpu-degraded",
              gpu("nvlink_recoveries_failed"),
              ABOVE,
              0.5,
              Duration.ZERO,
              Duration.ZERO,
              Duration.ofMinutes(10),
              null,
              false,
              null,
              CRITICAL,
              CHECKPOINT,
              "An NVLink of {gpu} could not be recovered: {value} tries failed.",
              LINKS,
              NVML));

  private GpuHealthRules() {}

  /// @param bits any of them
  /// @param seconds for which they must stand
  private static Rule health(
      String id,
      String kind,
      int bits,
      int seconds,
      Severity severity,
      Action action,
      String summary,
      List<Column> context,
      String source) {
    return new Rule(
        id,
        kind,
        gpu("health"),
        BITS,
        bits,
        Duration.ofSeconds(seconds),
        Duration.ofSeconds(seconds),
        Duration.ofSeconds(60),
        null,
        false,
        null,
        severity,
        action,
        summary,
        context,
        source);
  }

  private static Column gpu(String name) {
    return Contract.column(Table.GPU, name);
  }
}
