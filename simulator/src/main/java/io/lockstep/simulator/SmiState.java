package io.lockstep.simulator;

import java.lang.module.ModuleDescriptor.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns what `nvidia-smi` printed of a GPU back into what NVML had answered it: keys of `state.c`
/// in NVML's units. The other way round from what an agent does, and written apart from it.
final class SmiState {
  private static final Version NO_VERSION = Version.parse("0");
  private static final Version NUMBERED = Version.parse("575.51");
  private static final Version RENUMBERED = Version.parse("580.82");

  private static final long MEBI = 1L << 20;

  /// @param suffix of a field's value: `u` and `i` are its type in `state.c`
  private record Row(String name, String key, double factor, String suffix) {}

  private static final List<Row> ROWS =
      List.of(
          row("minor_number", "minor", 1),
          row("pcie.link.gen.max", "pcie_generation_max", 1),
          row("pcie.link.gen.current", "pcie_generation", 1),
          row("pcie.link.width.max", "pcie_width_max", 1),
          row("pcie.link.width.current", "pcie_width", 1),
          field("pcie.replays", 94, 1, "u"),
          field("pcie.replay_rollovers", 95, 1, "u"),
          row("fan.speed", "fan", 1),
          row("pstate", "pstate", 1),
          row("clocks_event_reasons.active", "reasons", 1),
          row("memory.total", "memory", MEBI),
          row("memory.reserved", "memory_reserved", MEBI),
          row("memory.used", "memory_used", MEBI),
          row("bar1.total", "bar1", MEBI),
          row("bar1.used", "bar1_used", MEBI),
          row("utilization.gpu", "utilization", 1),
          row("utilization.memory", "memory_utilization", 1),
          row("utilization.encoder", "encoder", 1),
          row("utilization.decoder", "decoder", 1),
          row("utilization.jpeg", "jpeg", 1),
          row("utilization.ofa", "ofa", 1),
          row("ecc.mode.current", "ecc", 1),
          row("ecc.mode.pending", "ecc_pending", 1),
          row("persistence_mode", "persistence", 1),
          row("mig.mode.current", "mig", 1),
          row("inforom.checksum_validation", "inforom_valid", 1),
          row("ecc.errors.corrected.volatile.total", "ecc_corrected", 1),
          row("ecc.errors.uncorrected.volatile.total", "ecc_uncorrected", 1),
          row("ecc.errors.corrected.aggregate.total", "aggregate_all_corrected", 1),
          row("ecc.errors.uncorrected.aggregate.total", "aggregate_all_uncorrected", 1),
          row("ecc.errors.uncorrected.aggregate.sram.l2", "sram_uncorrected_l2", 1),
          row("ecc.errors.uncorrected.aggregate.sram.sm", "sram_uncorrected_sm", 1),
          row("ecc.errors.uncorrected.aggregate.sram.mcu", "sram_uncorrected_mcu", 1),
          row("ecc.errors.uncorrected.aggregate.sram.pcie", "sram_uncorrected_pcie", 1),
          row("ecc.errors.uncorrected.aggregate.sram.other", "sram_uncorrected_other", 1),
          row(
              "ecc.errors.uncorrected.aggregate.sram.thresholdExceeded",
              "sram_threshold_exceeded",
              1),
          row("retired_pages.single_bit_ecc.count", "retired_pages_corrected", 1),
          row("retired_pages.double_bit.count", "retired_pages_uncorrected", 1),
          row("retired_pages.pending", "retired_pages_pending", 1),
          field("remapped_rows.correctable", 142, 1, "u"),
          field("remapped_rows.uncorrectable", 143, 1, "u"),
          field("remapped_rows.pending", 144, 1, "u"),
          field("remapped_rows.failure", 145, 1, "u"),
          row("remapped_rows.histogram.max", "banks_max", 1),
          row("remapped_rows.histogram.high", "banks_high", 1),
          row("remapped_rows.histogram.partial", "banks_partial", 1),
          row("remapped_rows.histogram.low", "banks_low", 1),
          row("remapped_rows.histogram.none", "banks_none", 1),
          row("temperature.gpu", "temperature", 1),
          row("temperature.gpu.tlimit", "margin", 1),
          field("temperature.memory", 82, 1, "u"),
          row("temperature.shutdown", "temperature_shutdown", 1),
          row("temperature.slowdown", "temperature_slowdown", 1),
          row("temperature.memory_max", "temperature_memory_max", 1),
          row("temperature.gpu_max", "temperature_gpu_max", 1),
          field("margin.shutdown", 193, 1, "i"),
          field("margin.slowdown", 194, 1, "i"),
          field("margin.memory_max", 195, 1, "i"),
          field("margin.gpu_max", 196, 1, "i"),
          row("power.draw", "power", 1000),
          field("power.draw.average", 185, 1000, "u"),
          field("power.draw.instant", 186, 1000, "u"),
          row("power.limit", "power_limit_requested", 1000),
          row("enforced.power.limit", "power_limit", 1000),
          row("power.default_limit", "power_limit_default", 1000),
          row("power.min_limit", "power_limit_min", 1000),
          row("power.max_limit", "power_limit_max", 1000),
          row("module.power.draw.average", "field 185/1", 1000),
          row("module.power.draw.instant", "field 186/1", 1000),
          row("module.enforced.power.limit", "field 190/1", 1000),
          row("memory.power.draw.average", "field 185/2", 1000),
          row("memory.power.draw.instant", "field 186/2", 1000),
          row("clocks.current.graphics", "clock_graphics", 1),
          row("clocks.current.sm", "clock_sm", 1),
          row("clocks.current.memory", "clock_memory", 1),
          row("clocks.current.video", "clock_video", 1),
          row("clocks.max.graphics", "clock_graphics_max", 1),
          row("clocks.max.sm", "clock_sm_max", 1),
          row("clocks.max.memory", "clock_memory_max", 1),
          row("clocks.max.video", "clock_video_max", 1),
          row("clocks.applications.graphics", "clock_graphics_application", 1),
          row("clocks.applications.memory", "clock_memory_application", 1),
          field("clocks_event_reasons_counters.sw_power_cap", 74, 1000, ""),
          field("clocks_event_reasons_counters.sync_boost", 76, 1000, ""),
          row("fabric.state", "fabric_state", 1),
          row("fabric.status", "fabric_status", 1),
          row("fabric.cliqueId", "fabric_clique", 1),
          row("fabric.health.summary", "fabric_summary", 1),
          row("gpu_recovery_action", "field 230", 1));

  /// Words that stand for a number.
  private static final Map<String, Long> WORDS =
      Map.ofEntries(
          Map.entry("Enabled", 1L),
          Map.entry("Disabled", 0L),
          Map.entry("Yes", 1L),
          Map.entry("No", 0L),
          Map.entry("valid", 1L),
          Map.entry("invalid", 0L),
          Map.entry("Success", 0L),
          Map.entry("Completed", 3L),
          Map.entry("In Progress", 2L),
          Map.entry("Not Started", 1L),
          Map.entry("Healthy", 1L),
          Map.entry("Unhealthy", 2L),
          Map.entry("Limited Capacity", 3L),
          Map.entry("None", 0L),
          Map.entry("GPU Reset", 1L),
          Map.entry("Reset", 1L),
          Map.entry("Node Reboot", 2L),
          Map.entry("Reboot", 2L),
          Map.entry("Drain P2P", 3L),
          Map.entry("Drain and Reset", 4L));

  private SmiState() {}

  private static Row row(String name, String key, double factor) {
    return new Row(name, key, factor, "");
  }

  private static Row field(String name, int id, double factor, String suffix) {
    return new Row(name, "field " + id, factor, suffix);
  }

  /// The keys of one GPU.
  ///
  /// @param driver decides which fields hold the times of throttling
  static Map<String, String> of(Map<String, String> printed, String driver) {
    var keys = new LinkedHashMap<String, String>();
    for (Row row : ROWS) {
      Double number = number(printed.get(row.name));
      if (number != null) {
        keys.put(row.key, Math.round(number * row.factor) + row.suffix);
      }
    }
    texts(printed, keys);
    places(printed, keys);
    throttleTimes(printed, driver, keys);
    fabric(printed, keys);
    if (!keys.containsKey("memory_reserved")) {
      keys.put("no memory_v2", "3"); // a driver of before that function
    }
    if (!keys.containsKey("power")) { // newer XML prints average and instant alone
      String power = keys.getOrDefault("field 185", keys.getOrDefault("field 186", ""));
      if (!power.isEmpty()) {
        keys.put("power", power.substring(0, power.length() - 1));
      }
    }
    return keys;
  }

  private static void texts(Map<String, String> printed, Map<String, String> keys) {
    Map<String, String> texts =
        Map.of(
            "name", "name",
            "uuid", "uuid",
            "serial", "serial",
            "pci.bus_id", "pci",
            "vbios_version", "vbios",
            "board_part_number", "board_part_number",
            "inforom.img", "inforom_image",
            "inforom.oem", "inforom_oem",
            "inforom.ecc", "inforom_ecc",
            "gsp_firmware_version", "gsp");
    texts.forEach((name, key) -> {
      String value = printed.get(name);
      if (value != null) {
        keys.put(key, value.replace(' ', '_'));
      }
    });
  }

  private static void places(Map<String, String> printed, Map<String, String> keys) {
    for (String error : List.of("corrected", "uncorrected")) {
      for (String counter : List.of("volatile", "aggregate")) {
        for (String place :
            List.of(
                "dram",
                "sram",
                "l1_cache",
                "l2_cache",
                "register_file",
                "texture_memory",
                "cbu",
                "sram.parity",
                "sram.secded")) {
          Double number = number(printed.get("ecc.errors." + error + "." + counter + "." + place));
          if (number != null) {
            String key =
                switch (place) {
                  case "sram.parity" -> counter + "_sram_uncorrected_parity";
                  case "sram.secded" -> counter + "_sram_uncorrected_secded";
                  case "texture_memory" -> counter + "_texture_" + error;
                  default -> counter + "_" + place + "_" + error;
                };
            keys.put(key, Long.toString(number.longValue()));
          }
        }
      }
    }
  }

  /// By NVIDIA's two numberings of them; none before driver 575.51.
  private static void throttleTimes(
      Map<String, String> printed, String driver, Map<String, String> keys) {
    Version version = driver.matches("[0-9]+(\\.[0-9]+)*") ? Version.parse(driver) : NO_VERSION;
    int first = version.compareTo(RENUMBERED) >= 0 ? 269 : 251;
    if (version.compareTo(NUMBERED) < 0) {
      return;
    }
    List<String> names =
        List.of("sw_thermal_slowdown", "hw_thermal_slowdown", "hw_power_brake_slowdown");
    for (int i = 0; i < names.size(); i++) {
      Double micros = number(printed.get("clocks_event_reasons_counters." + names.get(i)));
      if (micros != null) {
        keys.put("field " + (first + i), Long.toString(Math.round(micros * 1000)));
      }
    }
  }

  /// `NVML_GPU_FABRIC_HEALTH_MASK_*`: 1 so, 2 not so, 0 not told.
  private static void fabric(Map<String, String> printed, Map<String, String> keys) {
    long mask =
        condition(printed, "bandwidth", "Degraded", "Full")
            | condition(printed, "route_recovery_in_progress", "True", "False") << 2
            | condition(printed, "route_unhealthy", "True", "False") << 4
            | condition(printed, "access_timeout_recovery", "True", "False") << 6;
    String configuration = printed.getOrDefault("fabric.health.incorrect_configuration", "");
    mask |= configuration.equals("None") ? 1 << 8 : configuration.isEmpty() ? 0 : 2 << 8;
    if (keys.containsKey("fabric_state")) {
      keys.put("fabric_health", Long.toString(mask));
    }
  }

  private static long condition(Map<String, String> printed, String name, String so, String notSo) {
    String said = printed.getOrDefault("fabric.health." + name, "");
    return said.equals(so) ? 1 : said.equals(notSo) ? 2 : 0;
  }

  /// The number at the begin of what was printed, as in `69.85 W`, `16x`, `P8` or `0x4`; null for
  /// none.
  static @Nullable Double number(@Nullable String printed) {
    if (printed == null) {
      return null;
    }
    Long word = WORDS.get(printed);
    if (word != null) {
      return word.doubleValue();
    }
    if (printed.matches("0x[0-9A-Fa-f]{1,16}")) {
      return (double) Long.parseUnsignedLong(printed.substring(2), 16);
    }
    String digits = printed.replaceFirst("^P(?=[0-9])", "").replaceFirst("^(-?[0-9.]+).*", "$1");
    if (digits.matches("[0-9]+\\.[0-9]+\\.[0-9.]*")) { // a version
      digits = digits.substring(0, digits.indexOf('.', digits.indexOf('.') + 1));
    }
    return digits.matches("-?[0-9]+(\\.[0-9]+)?") ? Double.valueOf(digits) : null;
  }
}
