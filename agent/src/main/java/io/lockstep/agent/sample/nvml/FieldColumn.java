package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.nvml.FieldValues.Field;
import java.util.List;

/// A column of the table `gpu_slow` that is a field of NVML. Ids as in nvml.h 13.3 (`NVML_FI_*`);
/// none of them was renumbered between the drivers 535 and 610 (nvidia-ml-py of each).
///
/// @param column of the contract
/// @param unit what one of NVML's units is in the contract's
record FieldColumn(String column, Field field, double unit) {
  private static final double MILLI = 1e-3;
  private static final double NANO = 1e-9;

  /// Power by scope (`nvmlPowerScopeType_t`: 0 GPU, 1 module, 2 memory).
  static final List<FieldColumn> OFTEN =
      List.of(
          of("power_average", 185, 0, MILLI),
          of("power_average_module", 185, 1, MILLI),
          of("power_average_memory", 185, 2, MILLI),
          of("power_instant_module", 186, 1, MILLI),
          of("power_instant_memory", 186, 2, MILLI));

  /// PCIe, and times for which a policy held the clock back.
  static final List<FieldColumn> SELDOM =
      List.of(
          of("thermal_time", 75, 0, NANO),
          of("sync_boost_time", 76, 0, NANO),
          of("board_limit_time", 77, 0, NANO),
          of("low_utilization_time", 78, 0, NANO),
          of("reliability_time", 79, 0, NANO),
          of("below_application_time", 80, 0, NANO),
          of("below_base_time", 81, 0, NANO),
          of("pcie_replay_rollovers", 95, 0, 1),
          of("pcie_recoveries", 169, 0, 1),
          of("pcie_correctable_errors", 173, 0, 1),
          of("pcie_naks_received", 174, 0, 1),
          of("pcie_receiver_errors", 175, 0, 1),
          of("pcie_bad_tlps", 176, 0, 1),
          of("pcie_naks_sent", 177, 0, 1),
          of("pcie_bad_dllps", 178, 0, 1),
          of("pcie_non_fatal_errors", 179, 0, 1),
          of("pcie_fatal_errors", 180, 0, 1),
          of("pcie_unsupported_requests", 181, 0, 1),
          of("pcie_lcrc_errors", 182, 0, 1),
          of("pcie_lane_errors", 183, 0, 1));

  /// Limits; those of temperature as margins.
  static final List<FieldColumn> RARE =
      List.of(
          of("power_limit_module", 190, 1, MILLI),
          of("margin_shutdown", 193, 0, 1),
          of("margin_slowdown", 194, 0, 1),
          of("margin_memory_max", 195, 0, 1),
          of("margin_gpu_max", 196, 0, 1));

  private static FieldColumn of(String column, int id, int scope, double unit) {
    return new FieldColumn(column, Field.of(id, scope), unit);
  }

  /// Reads these columns in one call, and adds what the GPU has.
  static void add(List<FieldColumn> columns, DeviceCalls calls, GpuSeries series)
      throws NvmlException {
    FieldValues read = FieldValues.read(calls, columns.stream().map(FieldColumn::field).toList());
    for (FieldColumn one : columns) {
      series.addSlow(one.column, read.get(one.field.id(), one.field.scope()), one.unit);
    }
  }
}
