package io.lockstep.agent.expose;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.util.List;

/// A metric of [dcgm-exporter](https://github.com/NVIDIA/dcgm-exporter) 4.5 that the agent reads:
/// those of its files `default-counters.csv` and `dcp-metrics-included.csv`, and others that are
/// often added to them.
///
/// @param type `gauge` or `counter`, as those files have it
/// @param column of the contract
/// @param factor from the contract's unit to DCGM's
record DcgmRow(String name, String type, String help, Column column, double factor) {
  private static final double MEBI = 1 << 20;
  private static final double MICRO = 1e6;

  static final List<DcgmRow> ALL =
      List.of(
          row("SM_CLOCK", "gauge", "Clock of the SMs (MHz).", Table.GPU, "clock_sm", 1e-6),
          row("MEM_CLOCK", "gauge", "Clock of the memory (MHz).", Table.GPU, "clock_memory", 1e-6),
          row("GPU_TEMP", "gauge", "Temperature (°C).", Table.GPU, "temperature", 1),
          row(
              "MEMORY_TEMP",
              "gauge",
              "Temperature of the memory (°C).",
              Table.GPU,
              "temperature_memory",
              1),
          row("POWER_USAGE", "gauge", "Power drawn (W).", Table.GPU, "power", 1),
          row(
              "TOTAL_ENERGY_CONSUMPTION",
              "counter",
              "Energy since the driver was loaded (mJ).",
              Table.GPU,
              "energy",
              1000),
          row(
              "PCIE_REPLAY_COUNTER",
              "counter",
              "PCIe packets sent again.",
              Table.GPU,
              "pcie_replays",
              1),
          row("GPU_UTIL", "gauge", "Utilization (%).", Table.GPU, "utilization", 100),
          row(
              "MEM_COPY_UTIL",
              "gauge",
              "Utilization of the memory (%).",
              Table.GPU,
              "memory_utilization",
              100),
          row("FB_USED", "gauge", "Memory in use (MiB).", Table.GPU, "memory_used", 1 / MEBI),
          row(
              "ECC_SBE_VOL_TOTAL",
              "counter",
              "Corrected memory errors since the driver was loaded.",
              Table.GPU,
              "ecc_corrected",
              1),
          row(
              "ECC_DBE_VOL_TOTAL",
              "counter",
              "Uncorrected memory errors since the driver was loaded.",
              Table.GPU,
              "ecc_uncorrected",
              1),
          row(
              "CORRECTABLE_REMAPPED_ROWS",
              "counter",
              "Rows of memory remapped for corrected errors.",
              Table.GPU_SLOW,
              "row_remaps_corrected",
              1),
          row(
              "UNCORRECTABLE_REMAPPED_ROWS",
              "counter",
              "Rows of memory remapped for uncorrected errors.",
              Table.GPU_SLOW,
              "row_remaps_uncorrected",
              1),
          row(
              "ROW_REMAP_FAILURE",
              "gauge",
              "Whether remapping a row of memory has failed.",
              Table.GPU,
              "row_remaps_failed",
              1),
          row(
              "CLOCKS_EVENT_REASONS",
              "gauge",
              "Why the clocks are held back, as NVML's bits.",
              Table.GPU,
              "clock_event_reasons",
              1),
          row("POWER_MGMT_LIMIT", "gauge", "Limit of power (W).", Table.GPU_SLOW, "power_limit", 1),
          row("FB_TOTAL", "gauge", "Memory (MiB).", Table.GPU_SLOW, "memory", 1 / MEBI),
          row(
              "FB_RESERVED",
              "gauge",
              "Memory that the driver keeps (MiB).",
              Table.GPU_SLOW,
              "memory_reserved",
              1 / MEBI),
          slow("ENC_UTIL", "gauge", "Utilization of the encoder (%).", "encoder_utilization", 100),
          slow("DEC_UTIL", "gauge", "Utilization of the decoder (%).", "decoder_utilization", 100),
          slow("PCIE_LINK_GEN", "gauge", "Present PCIe generation.", "pcie_generation", 1),
          slow("PCIE_LINK_WIDTH", "gauge", "Present PCIe lanes.", "pcie_width", 1),
          slow("FAN_SPEED", "gauge", "Speed of the fan (%).", "fan", 100),
          row(
              "POWER_VIOLATION",
              "counter",
              "Time for which power held the clock back (µs).",
              Table.GPU,
              "power_cap_time",
              MICRO),
          slow(
              "THERMAL_VIOLATION",
              "counter",
              "Time for which heat held the clock back (µs).",
              "thermal_time",
              MICRO),
          slow(
              "SYNC_BOOST_VIOLATION",
              "counter",
              "Time for which sync boost held the clock back (µs).",
              "sync_boost_time",
              MICRO),
          slow(
              "BOARD_LIMIT_VIOLATION",
              "counter",
              "Time for which the board's limit held the clock back (µs).",
              "board_limit_time",
              MICRO),
          slow(
              "LOW_UTIL_VIOLATION",
              "counter",
              "Time for which low utilization held the clock back (µs).",
              "low_utilization_time",
              MICRO),
          slow(
              "RELIABILITY_VIOLATION",
              "counter",
              "Time for which reliability held the clock back (µs).",
              "reliability_time",
              MICRO),
          slow(
              "ECC_SBE_AGG_TOTAL",
              "counter",
              "Corrected memory errors in the GPU's life.",
              "aggregate_all_corrected",
              1),
          slow(
              "ECC_DBE_AGG_TOTAL",
              "counter",
              "Uncorrected memory errors in the GPU's life.",
              "aggregate_all_uncorrected",
              1),
          slow(
              "RETIRED_SBE",
              "counter",
              "Pages retired for corrected errors.",
              "retired_pages_corrected",
              1),
          slow(
              "RETIRED_DBE",
              "counter",
              "Pages retired for uncorrected errors.",
              "retired_pages_uncorrected",
              1),
          slow(
              "RETIRED_PENDING",
              "counter",
              "Whether pages are to be retired.",
              "retired_pages_pending",
              1),
          slow(
              "NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL",
              "counter",
              "CRC errors of all NVLinks.",
              "nvlink_crc_errors",
              1),
          slow(
              "NVLINK_REPLAY_ERROR_COUNT_TOTAL",
              "counter",
              "Replays of all NVLinks.",
              "nvlink_replays",
              1),
          slow(
              "NVLINK_RECOVERY_ERROR_COUNT_TOTAL",
              "counter",
              "Recoveries of all NVLinks.",
              "nvlink_recoveries",
              1),
          activity("GR_ENGINE_ACTIVE", Table.GPU, "graphics_activity"),
          activity("SM_ACTIVE", Table.GPU, "sm_activity"),
          activity("SM_OCCUPANCY", Table.GPU, "sm_occupancy"),
          activity("PIPE_TENSOR_ACTIVE", Table.GPU, "tensor_activity"),
          activity("DRAM_ACTIVE", Table.GPU, "dram_activity"),
          activity("PIPE_FP64_ACTIVE", Table.GPU_SLOW, "fp64_activity"),
          activity("PIPE_FP32_ACTIVE", Table.GPU_SLOW, "fp32_activity"),
          activity("PIPE_FP16_ACTIVE", Table.GPU_SLOW, "fp16_activity"),
          rate("PCIE_TX_BYTES", "pcie_transmit_rate"),
          rate("PCIE_RX_BYTES", "pcie_receive_rate"),
          rate("NVLINK_TX_BYTES", "nvlink_transmit_rate"),
          rate("NVLINK_RX_BYTES", "nvlink_receive_rate"));

  private static DcgmRow row(
      String name, String type, String help, Table table, String column, double factor) {
    return new DcgmRow("DCGM_FI_DEV_" + name, type, help, Contract.column(table, column), factor);
  }

  private static DcgmRow slow(String name, String type, String help, String column, double factor) {
    return row(name, type, help, Table.GPU_SLOW, column, factor);
  }

  private static DcgmRow activity(String name, Table table, String column) {
    return new DcgmRow(
        "DCGM_FI_PROF_" + name,
        "gauge",
        "Share of time in which it worked, 0 to 1.",
        Contract.column(table, column),
        1);
  }

  private static DcgmRow rate(String name, String column) {
    return new DcgmRow(
        "DCGM_FI_PROF_" + name,
        "gauge",
        "Bytes a second.",
        Contract.column(Table.GPU_SLOW, column),
        1);
  }
}
