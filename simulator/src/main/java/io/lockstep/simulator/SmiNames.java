package io.lockstep.simulator;

import java.util.LinkedHashMap;
import java.util.Map;

/// Where `nvidia-smi -q -x` prints what `--query-gpu` prints, as of the schemas 9 to 13.
final class SmiNames {
  /// Path in the XML below a GPU, and the name in `--query-gpu`; where several paths have one name,
  /// a later one goes before.
  static final Map<String, String> XML = new LinkedHashMap<>();

  /// Ends of the names of reasons, and their bit in `nvmlClocksEventReasons`.
  static final Map<String, Integer> REASONS =
      Map.of(
          "gpu_idle", 0x1,
          "applications_clocks_setting", 0x2,
          "sw_power_cap", 0x4,
          "hw_slowdown", 0x8,
          "sync_boost", 0x10,
          "sw_thermal_slowdown", 0x20,
          "hw_thermal_slowdown", 0x40,
          "hw_power_brake_slowdown", 0x80,
          "display_clocks_setting", 0x100);

  private SmiNames() {}

  static {
    identity();
    bus();
    work();
    errors();
    heatAndPower();
    fabric();
  }

  private static void add(String... pairs) {
    for (int i = 0; i < pairs.length; i += 2) {
      XML.put(pairs[i], pairs[i + 1]);
    }
  }

  private static void identity() {
    add(
        "product_name", "name",
        "uuid", "uuid",
        "serial", "serial",
        "minor_number", "minor_number",
        "board_id", "board_id",
        "board_part_number", "board_part_number",
        "multigpu_board", "multigpu_board",
        "vbios_version", "vbios_version",
        "gsp_firmware_version", "gsp_firmware_version",
        "product_brand", "product_brand",
        "product_architecture", "product_architecture",
        "inforom_version/img_version", "inforom.img",
        "inforom_version/oem_object", "inforom.oem",
        "inforom_version/ecc_object", "inforom.ecc",
        "inforom_version/pwr_object", "inforom.pwr",
        "compute_mode", "compute_mode",
        "persistence_mode", "persistence_mode",
        "mig_mode/current_mig", "mig.mode.current",
        "ecc_mode/current_ecc", "ecc.mode.current",
        "ecc_mode/pending_ecc", "ecc.mode.pending",
        "gpu_recovery_action", "gpu_recovery_action");
  }

  private static void bus() {
    String link = "pci/pci_gpu_link_info/";
    add(
        "pci/pci_bus_id",
        "pci.bus_id",
        link + "pcie_gen/max_link_gen",
        "pcie.link.gen.max",
        link + "pcie_gen/current_link_gen",
        "pcie.link.gen.current",
        link + "link_widths/max_link_width",
        "pcie.link.width.max",
        link + "link_widths/current_link_width",
        "pcie.link.width.current",
        "pci/replay_counter",
        "pcie.replays",
        "pci/replay_rollover_counter",
        "pcie.replay_rollovers");
  }

  private static void work() {
    add(
        "performance_state", "pstate",
        "fan_speed", "fan.speed",
        "fb_memory_usage/total", "memory.total",
        "fb_memory_usage/reserved", "memory.reserved",
        "fb_memory_usage/used", "memory.used",
        "bar1_memory_usage/total", "bar1.total",
        "bar1_memory_usage/used", "bar1.used",
        "utilization/gpu_util", "utilization.gpu",
        "utilization/memory_util", "utilization.memory",
        "utilization/encoder_util", "utilization.encoder",
        "utilization/decoder_util", "utilization.decoder",
        "utilization/jpeg_util", "utilization.jpeg",
        "utilization/ofa_util", "utilization.ofa",
        "clocks/graphics_clock", "clocks.current.graphics",
        "clocks/sm_clock", "clocks.current.sm",
        "clocks/mem_clock", "clocks.current.memory",
        "clocks/video_clock", "clocks.current.video",
        "max_clocks/graphics_clock", "clocks.max.graphics",
        "max_clocks/sm_clock", "clocks.max.sm",
        "max_clocks/mem_clock", "clocks.max.memory",
        "max_clocks/video_clock", "clocks.max.video",
        "applications_clocks/graphics_clock", "clocks.applications.graphics",
        "applications_clocks/mem_clock", "clocks.applications.memory");
    String from = "clocks_event_reasons_counters/clocks_event_reasons_counters_";
    String to = "clocks_event_reasons_counters.";
    add(
        from + "sw_power_cap", to + "sw_power_cap",
        from + "sync_boost", to + "sync_boost",
        from + "sw_therm_slowdown", to + "sw_thermal_slowdown",
        from + "hw_therm_slowdown", to + "hw_thermal_slowdown",
        from + "hw_power_brake", to + "hw_power_brake_slowdown");
  }

  private static void errors() {
    for (String counter : new String[] {"volatile", "aggregate"}) {
      String from = "ecc_errors/" + counter + "/";
      String fixed = "ecc.errors.corrected." + counter + ".";
      String broken = "ecc.errors.uncorrected." + counter + ".";
      add(
          from + "dram_correctable", fixed + "dram",
          from + "dram_uncorrectable", broken + "dram",
          from + "sram_correctable", fixed + "sram",
          from + "sram_uncorrectable", broken + "sram",
          from + "sram_uncorrectable_parity", broken + "sram.parity",
          from + "sram_uncorrectable_secded", broken + "sram.secded");
      for (String place :
          new String[] {
            "device_memory", "register_file", "l1_cache", "l2_cache", "texture_memory"
          }) {
        String name = place.equals("device_memory") ? "dram" : place;
        add(
            from + "single_bit/" + place, fixed + name,
            from + "double_bit/" + place, broken + name);
      }
      add(
          from + "double_bit/cbu", broken + "cbu",
          from + "single_bit/total", fixed + "total",
          from + "double_bit/total", broken + "total");
    }
    String sources = "ecc_errors/aggregate_uncorrectable_sram_sources/";
    String sram = "ecc.errors.uncorrected.aggregate.sram.";
    add(
        "ecc_errors/aggregate/sram_threshold_exceeded",
        sram + "thresholdExceeded",
        sources + "sram_l2",
        sram + "l2",
        sources + "sram_sm",
        sram + "sm",
        sources + "sram_microcontroller",
        sram + "mcu",
        sources + "sram_pcie",
        sram + "pcie",
        sources + "sram_other",
        sram + "other");
    repairs();
  }

  private static void repairs() {
    String banks = "remapped_rows/row_remapper_histogram/row_remapper_histogram_";
    String histogram = "remapped_rows.histogram.";
    add(
        "retired_pages/multiple_single_bit_retirement/retired_count",
        "retired_pages.single_bit_ecc.count",
        "retired_pages/double_bit_retirement/retired_count",
        "retired_pages.double_bit.count",
        "retired_pages/pending_blacklist",
        "retired_pages.pending",
        "retired_pages/pending_retirement",
        "retired_pages.pending",
        "remapped_rows/remapped_row_corr",
        "remapped_rows.correctable",
        "remapped_rows/remapped_row_unc",
        "remapped_rows.uncorrectable",
        "remapped_rows/remapped_row_pending",
        "remapped_rows.pending",
        "remapped_rows/remapped_row_failure",
        "remapped_rows.failure",
        banks + "max",
        histogram + "max",
        banks + "high",
        histogram + "high",
        banks + "partial",
        histogram + "partial",
        banks + "low",
        histogram + "low",
        banks + "none",
        histogram + "none");
  }

  private static void heatAndPower() {
    add(
        "temperature/gpu_temp", "temperature.gpu",
        "temperature/memory_temp", "temperature.memory",
        "temperature/gpu_temp_tlimit", "temperature.gpu.tlimit",
        "temperature/gpu_temp_max_threshold", "temperature.shutdown",
        "temperature/gpu_temp_slow_threshold", "temperature.slowdown",
        "temperature/gpu_temp_max_gpu_threshold", "temperature.gpu_max",
        "temperature/gpu_temp_max_mem_threshold", "temperature.memory_max",
        "temperature/gpu_temp_max_tlimit_threshold", "margin.shutdown",
        "temperature/gpu_temp_slow_tlimit_threshold", "margin.slowdown",
        "temperature/gpu_temp_max_gpu_tlimit_threshold", "margin.gpu_max",
        "temperature/gpu_temp_max_mem_tlimit_threshold", "margin.memory_max");
    for (String group : new String[] {"power_readings/", "gpu_power_readings/"}) {
      add(
          group + "power_draw", "power.draw",
          group + "instant_power_draw", "power.draw.instant",
          group + "average_power_draw", "power.draw.average",
          group + "power_limit", "power.limit",
          group + "requested_power_limit", "power.limit",
          group + "enforced_power_limit", "enforced.power.limit",
          group + "current_power_limit", "enforced.power.limit",
          group + "default_power_limit", "power.default_limit",
          group + "min_power_limit", "power.min_limit",
          group + "max_power_limit", "power.max_limit");
    }
    add(
        "module_power_readings/average_power_draw", "module.power.draw.average",
        "module_power_readings/instant_power_draw", "module.power.draw.instant",
        "module_power_readings/current_power_limit", "module.enforced.power.limit",
        "gpu_memory_power_readings/average_power_draw", "memory.power.draw.average",
        "gpu_memory_power_readings/instant_power_draw", "memory.power.draw.instant");
  }

  private static void fabric() {
    add(
        "fabric/state", "fabric.state",
        "fabric/status", "fabric.status",
        "fabric/cliqueId", "fabric.cliqueId",
        "fabric/health/summary", "fabric.health.summary",
        "fabric/health/bandwidth", "fabric.health.bandwidth",
        "fabric/health/route_recovery_in_progress", "fabric.health.route_recovery_in_progress",
        "fabric/health/route_unhealthy", "fabric.health.route_unhealthy",
        "fabric/health/access_timeout_recovery", "fabric.health.access_timeout_recovery",
        "fabric/health/incorrect_configuration", "fabric.health.incorrect_configuration");
  }
}
