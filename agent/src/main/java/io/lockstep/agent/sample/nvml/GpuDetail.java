package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import io.lockstep.telemetry.contract.GpuHealth;
import io.lockstep.telemetry.otlp.Sample;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is read of one GPU every ten seconds, once a minute, and every ten minutes: engines,
/// clocks, limits, errors by place, energy, the fabric. Used by one thread at a time.
final class GpuDetail {
  private static final double MEGA = 1e6;
  private static final double MILLI = 1e-3;
  private static final double PERCENT = 1e-2;
  private static final double NANO = 1e-9;
  private static final int MARGIN_VERSION = 16_777_224; // nvmlMarginTemperature_v1

  /// Rare rounds after which the InfoROM is looked at again: that keeps a processor busy for 70 ms.
  private static final int INFOROM_ROUNDS = 6;

  private static final List<FieldValues.Field> ENERGY =
      List.of(FieldValues.Field.of(FieldValues.ENERGY, 0));

  private static final List<String> TOTAL_ENERGY = List.of("nvmlDeviceGetTotalEnergyConsumption");

  /// `nvmlClockType_t`: 0 graphics, 1 SM, 2 memory, 3 video.
  private static final List<Asked> OFTEN =
      List.of(
          Asked.pair("encoder_utilization", null, "nvmlDeviceGetEncoderUtilization", PERCENT),
          Asked.pair("decoder_utilization", null, "nvmlDeviceGetDecoderUtilization", PERCENT),
          Asked.pair("jpeg_utilization", null, "nvmlDeviceGetJpgUtilization", PERCENT),
          Asked.pair("ofa_utilization", null, "nvmlDeviceGetOfaUtilization", PERCENT),
          Asked.number("fan", "nvmlDeviceGetFanSpeed", PERCENT),
          Asked.number("persistence", "nvmlDeviceGetPersistenceMode", 1),
          Asked.number("clock_graphics", "nvmlDeviceGetClockInfo", MEGA, 0),
          Asked.number("clock_video", "nvmlDeviceGetClockInfo", MEGA, 3));

  private static final List<FieldValues.Field> REMAPS =
      List.of(
          FieldValues.Field.of(FieldValues.REMAPPED_CORRECTED, 0),
          FieldValues.Field.of(FieldValues.REMAPPED_UNCORRECTED, 0));

  private static final List<Asked> SELDOM =
      List.of(
          Asked.number("power_limit_requested", "nvmlDeviceGetPowerManagementLimit", MILLI),
          Asked.pair("ecc_enabled", "ecc_enabled_next", "nvmlDeviceGetEccMode", 1));

  /// Limits of temperature: `nvmlTemperatureThresholds_t`.
  private static final List<Asked> RARE =
      List.of(
          Asked.number("clock_graphics_max", "nvmlDeviceGetMaxClockInfo", MEGA, 0),
          Asked.number("clock_sm_max", "nvmlDeviceGetMaxClockInfo", MEGA, 1),
          Asked.number("clock_memory_max", "nvmlDeviceGetMaxClockInfo", MEGA, 2),
          Asked.number("clock_video_max", "nvmlDeviceGetMaxClockInfo", MEGA, 3),
          Asked.number("clock_graphics_application", "nvmlDeviceGetApplicationsClock", MEGA, 0),
          Asked.number("clock_memory_application", "nvmlDeviceGetApplicationsClock", MEGA, 2),
          Asked.number("temperature_shutdown", "nvmlDeviceGetTemperatureThreshold", 1, 0),
          Asked.number("temperature_slowdown", "nvmlDeviceGetTemperatureThreshold", 1, 1),
          Asked.number("temperature_memory_max", "nvmlDeviceGetTemperatureThreshold", 1, 2),
          Asked.number("temperature_gpu_max", "nvmlDeviceGetTemperatureThreshold", 1, 3),
          Asked.number("power_limit_default", "nvmlDeviceGetPowerManagementDefaultLimit", MILLI),
          Asked.pair(
              "power_limit_min",
              "power_limit_max",
              "nvmlDeviceGetPowerManagementLimitConstraints",
              MILLI));

  private final DeviceCalls calls;
  private final Health health = new Health();
  private final GpuMemory memory;
  private final Fabric fabric;
  private final EventTimes times;
  private int untilInforom;

  /// What was read most rarely. It is told each minute, so that rounds are of few kinds, each of
  /// which is encoded once.
  private List<Sample> rare = List.of();

  private @Nullable Long inforomValid;

  /// By how much the power limit is below the one that the GPU came with, mW.
  private @Nullable Long limitLost;

  /// @param times which fields hold the times of the hardware's own slowdowns
  GpuDetail(DeviceCalls calls, EventTimes times) {
    this.calls = calls;
    this.times = times;
    memory = new GpuMemory(calls, health);
    fabric = new Fabric(calls, health);
  }

  /// Reads what changes slowly.
  ///
  /// @param pace at least slow
  /// @param rests whether the GPU saves power: then nothing is asked that might wake a part of it
  /// @param heldByHardware whether the hardware slowed the clock down since the last time
  void add(GpuSeries series, Pace pace, boolean rests, boolean heldByHardware)
      throws NvmlException {
    for (Asked one : OFTEN) {
      one.add(calls, series);
    }
    FieldColumn.add(FieldColumn.OFTEN, calls, series);
    powerLimit(series);
    rowRemaps(series);
    fabric.add(series);
    if (heldByHardware || pace.asks(Pace.SELDOM)) {
      hardwareTimes(series);
    }
    if (pace.asks(Pace.SELDOM)) {
      addSeldom(series);
    }
    if (pace.asks(Pace.RARE)) {
      int before = series.samples().size();
      addRare(series, rests);
      rare = List.copyOf(series.samples().subList(before, series.samples().size()));
    } else if (pace.asks(Pace.SELDOM)) {
      series.samples().addAll(rare);
    }
  }

  private void powerLimit(GpuSeries series) throws NvmlException {
    Long limit = calls.number("nvmlDeviceGetEnforcedPowerLimit");
    series.addSlow("power_limit", limit, MILLI);
    Long usual = calls.number("nvmlDeviceGetPowerManagementDefaultLimit");
    limitLost = limit == null || usual == null ? null : (Long) Math.max(0, usual - limit);
  }

  private void rowRemaps(GpuSeries series) throws NvmlException {
    FieldValues read = FieldValues.read(calls, REMAPS);
    series.addSlow("row_remaps_corrected", RowRemaps.CORRECTED.of(read, calls), 1);
    series.addSlow("row_remaps_uncorrected", RowRemaps.UNCORRECTED.of(read, calls), 1);
  }

  private void addSeldom(GpuSeries series) throws NvmlException {
    for (Asked one : SELDOM) {
      one.add(calls, series);
    }
    FieldColumn.add(FieldColumn.SELDOM, calls, series);
    margin(series);
    memory.addSeldom(series);
    energy(series);
  }

  private void addRare(GpuSeries series, boolean rests) throws NvmlException {
    for (Asked one : RARE) {
      one.add(calls, series);
    }
    FieldColumn.add(FieldColumn.RARE, calls, series);
    if (untilInforom-- <= 0 && !rests) {
      untilInforom = INFOROM_ROUNDS - 1;
      inforom();
    }
    series.addSlow("inforom_valid", inforomValid, 1);
  }

  private void hardwareTimes(GpuSeries series) throws NvmlException {
    FieldValues read = FieldValues.read(calls, times.hardware());
    EventTimes.Ids ids = times.in(read);
    if (ids != null) {
      series.addSlow("hw_thermal_time", read.get64(ids.hardwareThermal()), NANO);
      series.addSlow("power_brake_time", read.get64(ids.powerBrake()), NANO);
    }
  }

  private void energy(GpuSeries series) throws NvmlException {
    Number told = FieldValues.read(calls, ENERGY).get(FieldValues.ENERGY);
    series.addSlow("energy", told == null ? calls.number64(TOTAL_ENERGY) : told, MILLI);
  }

  /// Adds what is judged each second as it was last read: the bits of what is wrong, nothing before
  /// the first of them could be read, and what the power limit has lost.
  void addLast(GpuSeries series) {
    series.add("health", health.bits(), 1);
    series.add("power_limit_lost", limitLost, MILLI);
  }

  private void margin(GpuSeries series) throws NvmlException {
    Memory answer = calls.scratch();
    answer.setInt(0, MARGIN_VERSION);
    if (calls.ask(List.of("nvmlDeviceGetMarginTemperature"), answer)) {
      series.addSlow("temperature_margin", (long) answer.getInt(4), 1);
    }
  }

  private void inforom() throws NvmlException {
    String name = "nvmlDeviceValidateInforom";
    boolean valid = calls.ask(List.of(name));
    if (valid || calls.failedWith(name, ReturnCode.CORRUPTED_INFOROM)) {
      inforomValid = valid ? 1L : 0L;
      health.set(GpuHealth.INFOROM_CORRUPTED, !valid);
    }
  }
}
