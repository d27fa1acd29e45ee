package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.lockstep.telemetry.contract.GpuHealth;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A GPU's memory: what of it is kept and mapped, errors by place, and what is left to replace
/// broken parts. Layouts by nvml.h 13.3. Used by one thread at a time.
final class GpuMemory {
  private static final int SRAM_VERSION = 16_777_320; // nvmlEccSramErrorStatus_v1

  /// Columns of `nvmlEccSramErrorStatus_v1_t`, by offset.
  private static final List<Place> SRAM =
      List.of(
          new Place("aggregate_sram_uncorrected_parity", 8),
          new Place("aggregate_sram_uncorrected_secded", 16),
          new Place("volatile_sram_uncorrected_parity", 32),
          new Place("volatile_sram_uncorrected_secded", 40),
          new Place("sram_uncorrected_l2", 56),
          new Place("sram_uncorrected_sm", 64),
          new Place("sram_uncorrected_pcie", 72),
          new Place("sram_uncorrected_mcu", 80),
          new Place("sram_uncorrected_other", 88));

  private static final int SRAM_EXCEEDED = 96;

  /// Columns of `nvmlRowRemapperHistogramValues_t`, by offset.
  private static final List<Place> BANKS =
      List.of(
          new Place("banks_max", 0),
          new Place("banks_high", 4),
          new Place("banks_partial", 8),
          new Place("banks_low", 12),
          new Place("banks_none", 16));

  /// `nvmlMemoryLocation_t`.
  private static final List<Place> PLACES =
      List.of(
          new Place("l1_cache", 0),
          new Place("l2_cache", 1),
          new Place("dram", 2),
          new Place("register_file", 3),
          new Place("texture", 4),
          new Place("cbu", 6),
          new Place("sram", 7));

  private static final List<Counted> COUNTED = counted();

  /// @param number an offset, or NVML's number of it
  private record Place(String name, int number) {}

  /// One counter of errors.
  ///
  /// @param question names it among the function's
  /// @param middle `nvmlMemoryErrorType_t`, `nvmlEccCounterType_t`, the place
  private record Counted(String column, String question, String function, List<Object> middle) {}

  private final DeviceCalls calls;
  private final Health health;

  GpuMemory(DeviceCalls calls, Health health) {
    this.calls = calls;
    this.health = health;
  }

  private static List<Counted> counted() {
    var all = new ArrayList<Counted>();
    for (int counter = 0; counter < 2; counter++) {
      for (int error = 0; error < 2; error++) {
        for (Place place : PLACES) {
          if (error == 1 || !place.name.equals("cbu")) {
            all.add(
                counted(
                    "nvmlDeviceGetMemoryErrorCounter", place.name, error, counter, place.number));
          }
        }
      }
    }
    all.add(counted("nvmlDeviceGetTotalEccErrors", "all", 0, 1));
    all.add(counted("nvmlDeviceGetTotalEccErrors", "all", 1, 1));
    return List.copyOf(all);
  }

  private static Counted counted(
      String function, String place, int error, int counter, Object... number) {
    String column =
        (counter == 0 ? "volatile_" : "aggregate_")
            + place
            + (error == 0 ? "_corrected" : "_uncorrected");
    var middle = new ArrayList<Object>(List.of(error, counter));
    middle.addAll(List.of(number));
    return new Counted(column, function + " " + column, function, List.copyOf(middle));
  }

  /// What is mapped, errors and repairs.
  void addSeldom(GpuSeries series) throws NvmlException {
    Memory answer = calls.scratch();
    if (calls.ask(List.of("nvmlDeviceGetBAR1MemoryInfo"), answer)) {
      series.addSlow("bar1", answer.getLong(0), 1);
      series.addSlow("bar1_used", answer.getLong(16), 1);
    }
    for (Counted one : COUNTED) {
      series.addSlow(
          one.column, calls.number64Of(one.question, one.function, one.middle.toArray()), 1);
    }
    sram(series);
    banks(series);
    pages(series);
  }

  private void sram(GpuSeries series) throws NvmlException {
    Memory answer = calls.scratch();
    answer.setInt(0, SRAM_VERSION);
    if (calls.ask(List.of("nvmlDeviceGetSramEccErrorStatus"), answer)) {
      for (Place one : SRAM) {
        series.addSlow(one.name, answer.getLong(one.number), 1);
      }
      boolean exceeded = answer.getInt(SRAM_EXCEEDED) != 0;
      series.addSlow("sram_threshold_exceeded", exceeded ? 1L : 0L, 1);
      health.set(GpuHealth.SRAM_WORN, exceeded);
    }
  }

  private void banks(GpuSeries series) throws NvmlException {
    Memory answer = calls.scratch();
    if (calls.ask(List.of("nvmlDeviceGetRowRemapperHistogram"), answer)) {
      for (Place one : BANKS) {
        series.addSlow(one.name, Integer.toUnsignedLong(answer.getInt(one.number)), 1);
      }
      health.set(GpuHealth.ROWS_USED_UP, answer.getInt(BANKS.getLast().number) != 0);
    }
  }

  /// Only how many: asked with no room for their addresses, it answers that there is too little.
  private void pages(GpuSeries series) throws NvmlException {
    series.addSlow("retired_pages_corrected", pages(0), 1); // nvmlPageRetirementCause_t
    series.addSlow("retired_pages_uncorrected", pages(1), 1);
    Long pending = calls.number("nvmlDeviceGetRetiredPagesPendingStatus");
    if (pending != null) {
      series.addSlow("retired_pages_pending", pending, 1);
      health.set(GpuHealth.PAGES_PENDING, pending != 0);
    }
  }

  private @Nullable Long pages(int cause) throws NvmlException {
    Memory answer = calls.scratch();
    answer.setInt(0, 0);
    String name = "nvmlDeviceGetRetiredPages";
    boolean told =
        calls.ask(List.of(name), cause, answer, Pointer.NULL)
            || calls.failedWith(name, ReturnCode.INSUFFICIENT_SIZE);
    return told ? (Long) Integer.toUnsignedLong(answer.getInt(0)) : null;
  }
}
