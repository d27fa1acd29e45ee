package io.lockstep.simulator;

import java.util.Map;
import java.util.TreeMap;

/// What a healthy GPU of [NvmlStandIn] answers to what is asked seldom, by the keys of `state.c`.
/// Each value is another, so that one read in the place of its neighbour is noticed; values that
/// older or newer GPUs alone have are there as well.
final class StandInDetails {
  private static final int LINKS = 18;

  private StandInDetails() {}

  /// @param gpu tells GPUs apart
  static Map<String, String> of(int gpu) {
    var all = new TreeMap<String, String>();
    WORDS.forEach(all::put);
    NUMBERS.forEach((key, value) -> all.put(key, Long.toString(value)));
    all.put("minor", Integer.toString(gpu));
    all.put("module", Integer.toString(gpu + 1));
    all.put("numa_node", Integer.toString(gpu / 4));
    all.put("board_id", Integer.toString(0x1800 + 0x100 * gpu));
    all.put("cpus", gpu < 4 ? "0x00000000ffffffff" : "0xffffffff00000000");
    all.put("gpm_supported", "1");
    GPM.forEach((metric, value) -> all.put("gpm " + metric, Double.toString(value)));
    FIELDS.forEach((field, value) -> all.put("field " + field, value));
    places(all);
    for (int link = 0; link < LINKS; link++) {
      link(all, link);
    }
    return all;
  }

  private static final Map<String, String> WORDS =
      Map.of(
          "vbios", "96.00.A5.00.01",
          "board_part_number", "692-2G520-0200-000",
          "inforom_image", "G520.0200.00.05",
          "inforom_oem", "2.1",
          "inforom_ecc", "7.16",
          "inforom_power", "1.0",
          "gsp", "580.126.09",
          "chassis", "1822725100200",
          "margin", "46");

  private static final Map<String, Long> NUMBERS =
      Map.<String, Long>ofEntries(
          Map.entry("inforom_valid", 1L),
          Map.entry("brand", 14L),
          Map.entry("architecture", 9L),
          Map.entry("multi_gpu_board", 0L),
          Map.entry("compute_mode", 0L),
          Map.entry("compute_capability", 90L),
          Map.entry("slot", 21L),
          Map.entry("tray", 11L),
          Map.entry("fan", 35L),
          Map.entry("encoder", 4L),
          Map.entry("decoder", 5L),
          Map.entry("jpeg", 6L),
          Map.entry("ofa", 7L),
          Map.entry("memory_reserved", 502_267_904L),
          Map.entry("bar1", 137_438_953_472L),
          Map.entry("bar1_used", 1_048_576L),
          Map.entry("clock_graphics", 1975L),
          Map.entry("clock_video", 1545L),
          Map.entry("clock_graphics_max", 1980L),
          Map.entry("clock_sm_max", 1981L),
          Map.entry("clock_memory_max", 2619L),
          Map.entry("clock_video_max", 1546L),
          Map.entry("clock_graphics_application", 1979L),
          Map.entry("clock_memory_application", 2618L),
          Map.entry("temperature_shutdown", 95L),
          Map.entry("temperature_slowdown", 92L),
          Map.entry("temperature_memory_max", 105L),
          Map.entry("temperature_gpu_max", 87L),
          Map.entry("power_limit_min", 200_000L),
          Map.entry("power_limit_max", 700_000L),
          Map.entry("power_limit_requested", 700_000L),
          Map.entry("ecc", 1L),
          Map.entry("sram_uncorrected_l2", 11L),
          Map.entry("sram_uncorrected_sm", 12L),
          Map.entry("sram_uncorrected_pcie", 13L),
          Map.entry("sram_uncorrected_mcu", 14L),
          Map.entry("sram_uncorrected_other", 15L),
          Map.entry("sram_threshold_exceeded", 0L),
          Map.entry("banks_max", 2556L),
          Map.entry("banks_high", 2L),
          Map.entry("banks_partial", 1L),
          Map.entry("banks_low", 1L),
          Map.entry("banks_none", 0L),
          Map.entry("retired_pages_corrected", 3L),
          Map.entry("retired_pages_uncorrected", 2L),
          Map.entry("retired_pages_pending", 0L),
          Map.entry("fabric_summary", 1L),
          Map.entry("fabric_clique", 32766L),
          Map.entry("fabric_cluster", 7L));

  /// By [GPM metric](https://docs.nvidia.com/deploy/nvml-api/group__nvmlGpmEnums.html): percent,
  /// and MiB/s for the bus.
  private static final Map<Integer, Double> GPM =
      Map.<Integer, Double>ofEntries(
          Map.entry(1, 97.5),
          Map.entry(2, 87.5),
          Map.entry(3, 43.75),
          Map.entry(4, 12.5),
          Map.entry(5, 62.5),
          Map.entry(7, 61.25),
          Map.entry(8, 0.5),
          Map.entry(9, 0.25),
          Map.entry(10, 55.0),
          Map.entry(11, 1.5),
          Map.entry(12, 21.25),
          Map.entry(13, 3.125),
          Map.entry(20, 1024.0),
          Map.entry(21, 2048.0),
          Map.entry(60, 400_000.0),
          Map.entry(61, 300_000.0));

  /// Power by scope (instant and average, mW), limits as margins, PCIe errors, times of policies.
  private static final Map<String, String> FIELDS =
      Map.<String, String>ofEntries(
          Map.entry("185", "301000u"),
          Map.entry("185/1", "401000u"),
          Map.entry("185/2", "61000u"),
          Map.entry("186", "302000u"),
          Map.entry("186/1", "402000u"),
          Map.entry("186/2", "62000u"),
          Map.entry("190/1", "900000u"),
          Map.entry("193", "-8i"),
          Map.entry("194", "-2i"),
          Map.entry("195", "1i"),
          Map.entry("196", "0i"),
          Map.entry("75", "1500000000"),
          Map.entry("76", "2500000000"),
          Map.entry("77", "3500000000"),
          Map.entry("78", "4500000000"),
          Map.entry("79", "5500000000"),
          Map.entry("80", "6500000000"),
          Map.entry("81", "7500000000"),
          Map.entry("95", "21"),
          Map.entry("169", "22"),
          Map.entry("173", "23"),
          Map.entry("174", "24"),
          Map.entry("175", "25"),
          Map.entry("176", "26"),
          Map.entry("177", "27"),
          Map.entry("178", "28"),
          Map.entry("179", "29"),
          Map.entry("180", "30"),
          Map.entry("181", "31"),
          Map.entry("182", "32"),
          Map.entry("183", "33"));

  private static void places(Map<String, String> all) {
    int value = 100;
    for (String counter : new String[] {"volatile", "aggregate"}) {
      for (String place :
          new String[] {
            "dram", "sram", "l1_cache", "l2_cache", "register_file", "texture", "cbu", "all"
          }) {
        for (String error :
            new String[] {"corrected", "uncorrected", "uncorrected_parity", "uncorrected_secded"}) {
          all.put(counter + "_" + place + "_" + error, Integer.toString(value++));
        }
      }
    }
  }

  /// Counters of one NVLink: those of NVLink 4, then those of NVLink 5; ratios of broken bits as
  /// mantissa (bits 8 to 11) and negative exponent (bits 0 to 7).
  private static void link(Map<String, String> all, int link) {
    String scope = link == 0 ? "" : "/" + link;
    all.put("field 138" + scope, Long.toString((1L << 40) + link));
    all.put("field 139" + scope, Long.toString(2048 + link));
    all.put("field 164" + scope, "26562u");
    int[] counters = {208, 211, 212, 213, 214, 219, 221};
    for (int id : counters) {
      all.put("field " + id + scope, Integer.toString(id == 214 ? 0 : id - 200 + link));
    }
    all.put("field 220" + scope, Integer.toString(15 | 3 << 8));
    all.put("field 222" + scope, Integer.toString(16 | 2 << 8));
    all.put("field 293" + scope, Integer.toString(9 | 1 << 8));
    for (int bin = 0; bin < 16; bin++) {
      all.put("field " + (235 + bin) + scope, bin < 10 ? Integer.toString(1000 - bin) : "0");
    }
  }
}
