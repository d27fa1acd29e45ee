package io.lockstep.agent.expose;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A metric of [dcgm-exporter](https://github.com/NVIDIA/dcgm-exporter) 4.5 that is a value of the
/// agent's. Names, types and units as in its `default-counters.csv` and `dcp-metrics-included.csv`,
/// and in DCGM's
/// [dcgm_fields.h](https://github.com/NVIDIA/go-dcgm/blob/main/pkg/dcgm/dcgm_fields.h).
///
/// @param type `gauge` or `counter`
/// @param column of the contract
/// @param factor from the contract's unit to DCGM's
record DcgmRow(String name, String type, String help, Column column, double factor) {
  /// Above what a product with a factor is wrong by, and below a byte in MiB.
  private static final double ROUNDING = 1e-9;

  private static final double MEBI = 1.0 / (1 << 20);
  private static final double MEGA = 1e-6;
  private static final double MICRO = 1e6;
  private static final double PERCENT = 100;
  private static final double MILLI = 1000;

  static final List<DcgmRow> ALL = all();

  private static List<DcgmRow> all() {
    var rows = new ArrayList<DcgmRow>();
    clocks(rows);
    heatAndPower(rows);
    work(rows);
    heldBack(rows);
    errors(rows);
    links(rows);
    settings(rows);
    return List.copyOf(rows);
  }

  private static void clocks(List<DcgmRow> rows) {
    rows.add(gauge("SM_CLOCK", now("clock_sm"), MEGA, "Clock of the SMs (MHz)."));
    rows.add(gauge("MEM_CLOCK", now("clock_memory"), MEGA, "Clock of the memory (MHz)."));
    rows.add(gauge("VIDEO_CLOCK", slow("clock_video"), MEGA, "Clock of the video engines (MHz)."));
    rows.add(gauge("APP_SM_CLOCK", slow("clock_graphics_application"), MEGA, "As set (MHz)."));
    rows.add(gauge("APP_MEM_CLOCK", slow("clock_memory_application"), MEGA, "As set (MHz)."));
    rows.add(gauge("MAX_SM_CLOCK", slow("clock_sm_max"), MEGA, "The most it can be (MHz)."));
    rows.add(gauge("MAX_MEM_CLOCK", slow("clock_memory_max"), MEGA, "The most it can be (MHz)."));
    rows.add(gauge("MAX_VIDEO_CLOCK", slow("clock_video_max"), MEGA, "The most it can be (MHz)."));
    rows.add(gauge("PSTATE", now("performance_state"), 1, "Performance state, 0 the fastest."));
  }

  private static void heatAndPower(List<DcgmRow> rows) {
    rows.add(gauge("GPU_TEMP", now("temperature"), 1, "Temperature (°C)."));
    rows.add(gauge("MEMORY_TEMP", now("temperature_memory"), 1, "That of the memory (°C)."));
    rows.add(gauge("GPU_TEMP_LIMIT", slow("temperature_margin"), 1, "Margin to slowdown (°C)."));
    rows.add(gauge("SLOWDOWN_TEMP", slow("temperature_slowdown"), 1, "It slows down (°C)."));
    rows.add(gauge("SHUTDOWN_TEMP", slow("temperature_shutdown"), 1, "It shuts down (°C)."));
    rows.add(gauge("GPU_MAX_OP_TEMP", slow("temperature_gpu_max"), 1, "To operate at (°C)."));
    rows.add(gauge("MEM_MAX_OP_TEMP", slow("temperature_memory_max"), 1, "To operate at (°C)."));
    rows.add(gauge("FAN_SPEED", slow("fan"), PERCENT, "Speed of the fan (%)."));
    rows.add(gauge("POWER_USAGE", now("power"), 1, "Power drawn (W)."));
    rows.add(gauge("POWER_USAGE_INSTANT", now("power_instant"), 1, "At this moment (W)."));
    rows.add(counter("TOTAL_ENERGY_CONSUMPTION", slow("energy"), MILLI, "Since the driver (mJ)."));
    rows.add(gauge("POWER_MGMT_LIMIT", slow("power_limit_requested"), 1, "Limit as set (W)."));
    rows.add(gauge("POWER_MGMT_LIMIT_MIN", slow("power_limit_min"), 1, "The lowest (W)."));
    rows.add(gauge("POWER_MGMT_LIMIT_MAX", slow("power_limit_max"), 1, "The highest (W)."));
    rows.add(gauge("POWER_MGMT_LIMIT_DEF", slow("power_limit_default"), 1, "As it came (W)."));
    rows.add(gauge("ENFORCED_POWER_LIMIT", slow("power_limit"), 1, "Limit of all limits (W)."));
  }

  private static void work(List<DcgmRow> rows) {
    rows.add(gauge("GPU_UTIL", now("utilization"), PERCENT, "Utilization (%)."));
    rows.add(gauge("MEM_COPY_UTIL", now("memory_utilization"), PERCENT, "Of the memory (%)."));
    rows.add(gauge("ENC_UTIL", slow("encoder_utilization"), PERCENT, "Of the encoder (%)."));
    rows.add(gauge("DEC_UTIL", slow("decoder_utilization"), PERCENT, "Of the decoder (%)."));
    rows.add(share("GR_ENGINE_ACTIVE", slow("graphics_activity")));
    rows.add(share("SM_ACTIVE", now("sm_activity")));
    rows.add(share("SM_OCCUPANCY", now("sm_occupancy")));
    rows.add(share("PIPE_TENSOR_ACTIVE", now("tensor_activity")));
    rows.add(share("DRAM_ACTIVE", now("dram_activity")));
    rows.add(share("PIPE_FP64_ACTIVE", slow("fp64_activity")));
    rows.add(share("PIPE_FP32_ACTIVE", slow("fp32_activity")));
    rows.add(share("PIPE_FP16_ACTIVE", slow("fp16_activity")));
    rows.add(share("PIPE_INT_ACTIVE", slow("integer_activity")));
    rows.add(share("PIPE_TENSOR_IMMA_ACTIVE", slow("tensor_integer_activity")));
    rows.add(share("PIPE_TENSOR_HMMA_ACTIVE", slow("tensor_half_activity")));
    rows.add(share("PIPE_TENSOR_DFMA_ACTIVE", slow("tensor_double_activity")));
    rows.add(rate("PCIE_TX_BYTES", slow("pcie_transmit_rate")));
    rows.add(rate("PCIE_RX_BYTES", slow("pcie_receive_rate")));
    rows.add(rate("NVLINK_TX_BYTES", slow("nvlink_transmit_rate")));
    rows.add(rate("NVLINK_RX_BYTES", slow("nvlink_receive_rate")));
  }

  private static void heldBack(List<DcgmRow> rows) {
    String time = "Time for which the clock was held back by it (µs).";
    rows.add(gauge("CLOCKS_EVENT_REASONS", now("clock_event_reasons"), 1, "NVML's bits."));
    rows.add(counter("POWER_VIOLATION", now("power_cap_time"), MICRO, time));
    rows.add(counter("THERMAL_VIOLATION", slow("thermal_time"), MICRO, time));
    rows.add(counter("SYNC_BOOST_VIOLATION", slow("sync_boost_time"), MICRO, time));
    rows.add(counter("BOARD_LIMIT_VIOLATION", slow("board_limit_time"), MICRO, time));
    rows.add(counter("LOW_UTIL_VIOLATION", slow("low_utilization_time"), MICRO, time));
    rows.add(counter("RELIABILITY_VIOLATION", slow("reliability_time"), MICRO, time));
    rows.add(counter("TOTAL_APP_CLOCKS_VIOLATION", slow("below_application_time"), MICRO, time));
    rows.add(counter("TOTAL_BASE_CLOCKS_VIOLATION", slow("below_base_time"), MICRO, time));
  }

  private static void errors(List<DcgmRow> rows) {
    rows.add(counter("ECC_SBE_VOL_TOTAL", now("ecc_corrected"), 1, "Corrected, of late."));
    rows.add(counter("ECC_DBE_VOL_TOTAL", now("ecc_uncorrected"), 1, "Uncorrected, of late."));
    rows.add(counter("ECC_SBE_AGG_TOTAL", slow("aggregate_all_corrected"), 1, "Of its life."));
    rows.add(counter("ECC_DBE_AGG_TOTAL", slow("aggregate_all_uncorrected"), 1, "Of its life."));
    ecc(rows, "VOL", "volatile_", "Since the driver was loaded.");
    ecc(rows, "AGG", "aggregate_", "Of its life.");
    rows.add(gauge("THRESHOLD_SRM", slow("sram_threshold_exceeded"), 1, "Whether it is worn."));
    rows.add(counter("RETIRED_SBE", slow("retired_pages_corrected"), 1, "Pages retired."));
    rows.add(counter("RETIRED_DBE", slow("retired_pages_uncorrected"), 1, "Pages retired."));
    rows.add(counter("RETIRED_PENDING", slow("retired_pages_pending"), 1, "Whether some are."));
    rows.add(counter("CORRECTABLE_REMAPPED_ROWS", slow("row_remaps_corrected"), 1, "Rows."));
    rows.add(counter("UNCORRECTABLE_REMAPPED_ROWS", slow("row_remaps_uncorrected"), 1, "Rows."));
    rows.add(gauge("ROW_REMAP_FAILURE", now("row_remaps_failed"), 1, "Whether one failed."));
    rows.add(gauge("ROW_REMAP_PENDING", now("row_remaps_pending"), 1, "Whether one waits."));
    for (String left : List.of("MAX", "HIGH", "PARTIAL", "LOW", "NONE")) {
      Column banks = slow("banks_" + left.toLowerCase(Locale.ROOT));
      rows.add(gauge("BANKS_REMAP_ROWS_AVAIL_" + left, banks, 1, "Banks by their spare rows."));
    }
    rows.add(gauge("GET_GPU_RECOVERY_ACTION", now("recovery_action"), 1, "NVML's number."));
  }

  /// Errors by memory. DCGM counts those of SRAM that both parity and SEC-DED found as one.
  private static void ecc(List<DcgmRow> rows, String counter, String column, String help) {
    List<String[]> places =
        List.of(
            new String[] {"L1", "l1_cache"},
            new String[] {"L2", "l2_cache"},
            new String[] {"DEV", "dram"},
            new String[] {"REG", "register_file"},
            new String[] {"TEX", "texture"},
            new String[] {"SRM", "sram"});
    for (String[] place : places) {
      String name = counter + "_" + place[0];
      String values = column + place[1];
      rows.add(counter("ECC_SBE_" + name, slow(values + "_corrected"), 1, help));
      rows.add(counter("ECC_DBE_" + name, slow(values + "_uncorrected"), 1, help));
    }
    rows.add(counter("ECC_DBE_" + counter + "_CBU", slow(column + "cbu_uncorrected"), 1, help));
  }

  private static void links(List<DcgmRow> rows) {
    rows.add(counter("PCIE_REPLAY_COUNTER", now("pcie_replays"), 1, "Packets sent again."));
    Column pcie = slow("pcie_correctable_errors");
    rows.add(counter("PCIE_COUNT_CORRECTABLE_ERRORS", pcie, 1, "Errors of the PCIe link."));
    rows.add(gauge("PCIE_LINK_GEN", slow("pcie_generation"), 1, "Present PCIe generation."));
    rows.add(gauge("PCIE_LINK_WIDTH", slow("pcie_width"), 1, "Present PCIe lanes."));
    rows.add(gauge("PCIE_MAX_LINK_GEN", slow("pcie_generation_max"), 1, "With this slot."));
    rows.add(gauge("PCIE_MAX_LINK_WIDTH", slow("pcie_width_max"), 1, "With this slot."));
    String all = "Of all NVLinks.";
    rows.add(counter("NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL", slow("nvlink_crc_errors"), 1, all));
    rows.add(counter("NVLINK_REPLAY_ERROR_COUNT_TOTAL", slow("nvlink_replays"), 1, all));
    rows.add(counter("NVLINK_RECOVERY_ERROR_COUNT_TOTAL", slow("nvlink_recoveries"), 1, all));
    rows.add(counter("NVLINK_COUNT_RX_ERRORS", slow("nvlink_receive_errors"), 1, all));
    Column integrity = slow("nvlink_integrity_errors");
    rows.add(counter("NVLINK_COUNT_LOCAL_LINK_INTEGRITY_ERRORS", integrity, 1, all));
    rows.add(counter("NVLINK_COUNT_TX_DISCARDS", slow("nvlink_discards"), 1, all));
    String recovery = "NVLINK_COUNT_LINK_RECOVERY_";
    rows.add(counter(recovery + "SUCCESSFUL_EVENTS", slow("nvlink_recoveries_done"), 1, all));
    rows.add(counter(recovery + "FAILED_EVENTS", now("nvlink_recoveries_failed"), 1, all));
    rows.add(gauge("FABRIC_HEALTH_MASK", slow("fabric_health"), 1, "NVML's bits."));
    rows.add(gauge("FABRIC_CLIQUE_ID", slow("fabric_clique"), 1, "GPUs that reach one another."));
  }

  private static void settings(List<DcgmRow> rows) {
    rows.add(gauge("BAR1_TOTAL", slow("bar1"), MEBI, "Memory that can be mapped (MiB)."));
    rows.add(gauge("BAR1_USED", slow("bar1_used"), MEBI, "Memory that is mapped (MiB)."));
    rows.add(gauge("MIG_MODE", slow("mig"), 1, "Whether the GPU is split."));
    rows.add(gauge("PERSISTENCE_MODE", slow("persistence"), 1, "Whether the driver stays."));
    rows.add(gauge("ECC_CURRENT", slow("ecc_enabled"), 1, "Whether errors are corrected."));
    rows.add(gauge("ECC_PENDING", slow("ecc_enabled_next"), 1, "After the next reset."));
    rows.add(gauge("INFOROM_CONFIG_VALID", slow("inforom_valid"), 1, "Whether it is right."));
  }

  private static Column now(String column) {
    return Contract.column(Table.GPU, column);
  }

  private static Column slow(String column) {
    return Contract.column(Table.GPU_SLOW, column);
  }

  private static DcgmRow gauge(String name, Column column, double factor, String help) {
    return new DcgmRow("DCGM_FI_DEV_" + name, "gauge", help, column, factor);
  }

  private static DcgmRow counter(String name, Column column, double factor, String help) {
    return new DcgmRow("DCGM_FI_DEV_" + name, "counter", help, column, factor);
  }

  private static DcgmRow share(String name, Column column) {
    String help = "Share of time in which it worked, 0 to 1.";
    return new DcgmRow("DCGM_FI_PROF_" + name, "gauge", help, column, 1);
  }

  private static DcgmRow rate(String name, Column column) {
    return new DcgmRow("DCGM_FI_PROF_" + name, "gauge", "Bytes a second.", column, 1);
  }

  /// As DCGM writes it: whole numbers, also of MiB, without a point; others to six digits behind
  /// it.
  String value(Sample sample) {
    double exact = sample.value() * factor;
    return number(factor < 1 ? Math.floor(exact + ROUNDING) : exact);
  }

  static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : String.format(Locale.ROOT, "%f", value);
  }
}
