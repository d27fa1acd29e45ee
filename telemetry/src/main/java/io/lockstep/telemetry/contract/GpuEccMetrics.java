package io.lockstep.telemetry.contract;

import static io.lockstep.telemetry.contract.Column.Type.INT;
import static io.lockstep.telemetry.contract.Column.Type.LONG;
import static io.lockstep.telemetry.contract.Rows.stored;
import static io.lockstep.telemetry.contract.Table.GPU_SLOW;

import java.util.ArrayList;
import java.util.List;

/// Errors of a GPU's memories, by place and kind, and what is left to replace broken ones. Read
/// once a minute.
final class GpuEccMetrics {
  private static final String PLACE = "lockstep.gpu.memory.place";
  private static final String COUNTER = "lockstep.gpu.ecc.counter";
  private static final String ERROR = "error.type";

  /// Memories of older GPUs and the whole of newer ones' SRAM, as columns begin; the memory that
  /// tells whether a thread is active (CBU) knows uncorrected errors alone.
  private static final List<String> PLACES =
      List.of("dram", "sram", "l1_cache", "l2_cache", "register_file", "texture", "cbu");

  private GpuEccMetrics() {}

  static void addTo(Rows rows) {
    rows.counter(
        "lockstep.gpu.ecc.errors",
        "{error}",
        Subject.HARDWARE,
        "Memory errors by place: since the driver was loaded (volatile), or in the GPU's life"
            + " (aggregate). Uncorrected ones of the SRAM also by how they were noticed.",
        places());
    rows.counter(
        "lockstep.gpu.ecc.sram.uncorrected",
        "{error}",
        Subject.HARDWARE,
        "Uncorrected errors of the SRAM in the GPU's life, by unit.",
        stored(GPU_SLOW, "sram_uncorrected_l2", LONG, PLACE, "l2_cache"),
        stored(GPU_SLOW, "sram_uncorrected_sm", LONG, PLACE, "sm"),
        stored(GPU_SLOW, "sram_uncorrected_pcie", LONG, PLACE, "pcie"),
        stored(GPU_SLOW, "sram_uncorrected_mcu", LONG, PLACE, "microcontroller"),
        stored(GPU_SLOW, "sram_uncorrected_other", LONG, PLACE, "other"));
    rows.gauge(
        "lockstep.gpu.ecc.sram.threshold_exceeded",
        "1",
        Subject.HARDWARE,
        "1 where the SRAM has had more uncorrected errors than NVIDIA's threshold, else 0.",
        stored(GPU_SLOW, "sram_threshold_exceeded", INT));
    rows.gauge(
        "lockstep.gpu.ecc.enabled",
        "1",
        Subject.HARDWARE,
        "1 where memory errors are corrected, else 0; now, and after the next reset.",
        stored(GPU_SLOW, "ecc_enabled", INT, "lockstep.gpu.setting", "current"),
        stored(GPU_SLOW, "ecc_enabled_next", INT, "lockstep.gpu.setting", "pending"));
    repairs(rows);
  }

  private static void repairs(Rows rows) {
    String left = "lockstep.gpu.row_remap.availability";
    rows.upDownCounter(
        "lockstep.gpu.memory.banks",
        "{bank}",
        Subject.HARDWARE,
        "Banks of memory by how many spare rows they have left: all, most, some, few, none.",
        stored(GPU_SLOW, "banks_max", INT, left, "max"),
        stored(GPU_SLOW, "banks_high", INT, left, "high"),
        stored(GPU_SLOW, "banks_partial", INT, left, "partial"),
        stored(GPU_SLOW, "banks_low", INT, left, "low"),
        stored(GPU_SLOW, "banks_none", INT, left, "none"));
    String cause = "lockstep.gpu.page_retirement.cause";
    rows.upDownCounter(
        "lockstep.gpu.retired_pages",
        "{page}",
        Subject.HARDWARE,
        "Pages of memory that are not used any more after errors, on GPUs before Ampere; pending: 0"
            + " or 1.",
        stored(GPU_SLOW, "retired_pages_corrected", INT, cause, "single_bit_ecc"),
        stored(GPU_SLOW, "retired_pages_uncorrected", INT, cause, "double_bit_ecc"),
        stored(GPU_SLOW, "retired_pages_pending", INT, cause, "pending"));
  }

  private static Rows.At[] places() {
    var all = new ArrayList<Rows.At>();
    for (String counter : List.of("volatile", "aggregate")) {
      for (String place : PLACES) {
        if (!place.equals("cbu")) {
          all.add(column(counter, place, "corrected"));
        }
        if (place.equals("sram")) {
          all.add(column(counter, place, "uncorrected_parity"));
          all.add(column(counter, place, "uncorrected_secded"));
        }
        all.add(column(counter, place, "uncorrected"));
      }
      all.add(column(counter, "all", "corrected"));
      all.add(column(counter, "all", "uncorrected"));
    }
    return all.stream()
        .filter(at -> !at.column().startsWith("volatile_all")) // hw.errors, each second
        .toArray(Rows.At[]::new);
  }

  /// As in `aggregate_dram_uncorrected`.
  private static Rows.At column(String counter, String place, String error) {
    return stored(
        GPU_SLOW,
        counter + "_" + place + "_" + error,
        LONG,
        COUNTER,
        counter,
        PLACE,
        place,
        ERROR,
        error);
  }
}
