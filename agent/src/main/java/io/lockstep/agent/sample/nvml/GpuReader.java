package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.lockstep.agent.sample.jobs.GpuProcess;
import io.lockstep.agent.sample.jobs.GpuUse;
import io.lockstep.agent.sample.nvml.FieldValues.Field;
import io.lockstep.telemetry.otlp.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads one GPU: itself what changes from second to second, through others what changes slowly or
/// has a place of its own. Used by one thread.
final class GpuReader {
  /// From this performance state on a GPU saves power: it runs no kernel.
  private static final int RESTING = 8;

  private static final int SM = 1; // nvmlClockType_t
  private static final int MEMORY = 2;
  private static final int GPU_SENSOR = 0; // nvmlTemperatureSensors_t
  private static final int CORRECTED = 0; // nvmlMemoryErrorType_t
  private static final int UNCORRECTED = 1;
  private static final int VOLATILE = 0; // nvmlEccCounterType_t
  private static final int TEMPERATURE_VERSION = 16_777_228; // nvmlTemperature_v1
  private static final int MEMORY_VERSION = 33_554_472; // nvmlMemory_v2
  private static final double MEGA = 1e6;
  private static final double MILLI = 1e-3;
  private static final double NANO = 1e-9;
  private static final long KIBI = 1024;

  /// Bits of the clock's event reasons: the hardware slows it down, for heat, or by its power
  /// brake.
  private static final long BY_HARDWARE = 0x8 | 0x40 | 0x80;

  private static final List<Field> ALWAYS =
      Stream.of(
              FieldValues.ECC_CORRECTED,
              FieldValues.ECC_UNCORRECTED,
              FieldValues.POWER_CAP_TIME,
              FieldValues.MEMORY_TEMPERATURE,
              FieldValues.REMAP_PENDING,
              FieldValues.REMAP_FAILED,
              FieldValues.RECOVERY_ACTION,
              FieldValues.POWER_INSTANT)
          .map(id -> Field.of(id, 0))
          .toList();

  private final String uuid;
  private final DeviceCalls calls;
  private final GpuSeries series;
  private final EventTimes times;
  private final EventCounts counts;
  private final Marks marks;
  private final List<Field> fields = new ArrayList<>(ALWAYS);
  private final PcieLink pcie;
  private final NvLinks links;
  private final GpuDetail detail;
  private final Activity activity;
  private final GpuProcesses processes;
  private final MigInstances migs;
  private boolean first = true;

  /// `nvmlDeviceGetMigMode`; below 0 while it is not known.
  private int mig = -1;

  /// Whether the driver says how much went over all NVLinks together.
  private boolean totals;

  /// Whether the hardware slowed the clock down since the last slow round.
  private boolean heldByHardware;

  // Of the round:
  private boolean busy;
  private boolean rests;
  private @Nullable Long memory;
  private @Nullable Long memoryReserved;
  private @Nullable Long memoryUsed;
  private @Nullable GpuUse use;
  private @Nullable Map<String, String> instances;

  /// What one round said.
  ///
  /// @param samples all values that could be had
  /// @param failures by function, the code of [ReturnCode], of what could not be asked of late
  /// @param use who uses it; null when that was not asked, or is not told
  /// @param instances profiles of its MIG instances, by UUID; null when that was not asked
  record Round(
      List<Sample> samples,
      Map<String, Integer> failures,
      @Nullable GpuUse use,
      @Nullable Map<String, String> instances) {}

  /// @param driver what the GPUs share
  GpuReader(Nvml nvml, Pointer device, String uuid, Driver driver) {
    calls = new DeviceCalls(nvml, device);
    series = new GpuSeries(uuid);
    processes = new GpuProcesses(calls, "");
    migs = new MigInstances(nvml, calls, uuid);
    this.uuid = uuid;
    this.times = driver.times();
    counts = driver.counts();
    marks = driver.marks();
    pcie = new PcieLink(calls);
    links = new NvLinks(calls);
    detail = new GpuDetail(calls, times);
    activity = new Activity(calls, driver.gpm());
    fields.addAll(times.software());
    fields.add(Field.of(FieldValues.NVLINK_TRANSMITTED, FieldValues.ALL_LINKS));
    fields.add(Field.of(FieldValues.NVLINK_RECEIVED, FieldValues.ALL_LINKS));
  }

  /// For how long the call under way has not returned, in nanoseconds. Any thread.
  long callNanos() {
    return Math.max(calls.callNanos(), migs.callNanos());
  }

  /// Reads once.
  ///
  /// @param slowRound number of the slow round that this is; else
  ///   [io.lockstep.agent.sample.Turns#NONE]
  /// @throws NvmlException when GPU or library are gone as a whole
  Round read(int index, long slowRound) throws NvmlException {
    marks.reads(index, true);
    try {
      return readAll(index, slowRound);
    } finally {
      marks.reads(index, false);
    }
  }

  private Round readAll(int index, long slowRound) throws NvmlException {
    calls.begin();
    series.begin();
    use = null;
    instances = null;
    boolean anew = counts.takeSplitAnew(uuid);
    Pace pace = first ? Pace.RARE : Pace.of(slowRound, index);
    first = false;
    load();
    boolean works = clocks();
    fields();
    activity.add(series, pace, rests, busy, links.any());
    if (anew || pace.asks(Pace.SELDOM)) {
      mig();
    }
    if (mig >= 0 && (anew || pace.asks(Pace.SLOW))) {
      instances = mig == 1 ? migs.read(series.samples()) : Map.of();
    }
    if (pace.asks(Pace.SLOW)) {
      series.addSlow("memory", memory, 1);
      series.addSlow("memory_reserved", memoryReserved, 1);
      pcie.read(series, works);
      processes(index);
      detail.add(series, pace, rests, heldByHardware);
      heldByHardware = false;
    }
    if (!series.samples().isEmpty()) { // else what was read before is no sign of life
      remembered(index, works, pace);
    }
    return new Round(series.samples(), calls.failures(), use, instances);
  }

  private void remembered(int index, boolean works, Pace pace) throws NvmlException {
    detail.addLast(series);
    pcie.addLast(series, works);
    links.add(series, pace, totals);
    if (pace.asks(Pace.SLOW)) {
      series.addSlow("gpu_index", (long) index, 1);
      counts.add(uuid, series);
    }
  }

  /// Gives back what it holds of the library, which is open. Nobody may be inside a call.
  void close() {
    activity.close();
  }

  private void load() throws NvmlException {
    Memory answer = calls.scratch();
    busy = false;
    if (calls.ask(List.of("nvmlDeviceGetUtilizationRates"), answer)) {
      busy = answer.getInt(0) >= 99;
      series.add("utilization", answer.getInt(0) / 100.0);
      series.add("memory_utilization", answer.getInt(4) / 100.0);
    }
    answer.setInt(0, MEMORY_VERSION);
    memory = null;
    memoryReserved = null;
    memoryUsed = null;
    if (calls.ask(List.of("nvmlDeviceGetMemoryInfo_v2"), answer)) {
      memory = answer.getLong(8);
      memoryReserved = answer.getLong(16);
      memoryUsed = answer.getLong(32);
    } else if (calls.ask(List.of("nvmlDeviceGetMemoryInfo"), answer)) {
      memory = answer.getLong(0);
      memoryUsed = answer.getLong(16);
    }
    series.add("memory_used", memoryUsed, 1);
    series.add("power", calls.number("nvmlDeviceGetPowerUsage"), MILLI);
    temperature(answer);
  }

  private void temperature(Memory answer) throws NvmlException {
    answer.setInt(0, TEMPERATURE_VERSION);
    answer.setInt(4, GPU_SENSOR);
    if (calls.ask(List.of("nvmlDeviceGetTemperatureV"), answer)) {
      series.add("temperature", answer.getInt(8));
    } else {
      series.add("temperature", calls.number("nvmlDeviceGetTemperature", GPU_SENSOR), 1);
    }
  }

  /// @return whether the GPU works at its full performance state
  private boolean clocks() throws NvmlException {
    series.add("clock_sm", calls.number("nvmlDeviceGetClockInfo", SM), MEGA);
    series.add("clock_memory", calls.number("nvmlDeviceGetClockInfo", MEMORY), MEGA);
    Long reasons =
        calls.number64(
            List.of(
                "nvmlDeviceGetCurrentClocksEventReasons",
                "nvmlDeviceGetCurrentClocksThrottleReasons"));
    series.add("clock_event_reasons", reasons, 1);
    heldByHardware |= reasons != null && (reasons & BY_HARDWARE) != 0;
    Long state = calls.number("nvmlDeviceGetPerformanceState");
    rests = state != null && state >= RESTING && state <= 15;
    if (state == null || state > 15) { // NVML_PSTATE_UNKNOWN is 32
      return false;
    }
    series.add("performance_state", state, 1);
    return state == 0 && reasons != null && (reasons & 1) == 0; // bit 1: idle
  }

  private void fields() throws NvmlException {
    FieldValues read = FieldValues.read(calls, fields);
    Number corrected = read.get(FieldValues.ECC_CORRECTED);
    Number uncorrected = read.get(FieldValues.ECC_UNCORRECTED);
    series.add("ecc_corrected", corrected == null ? eccErrors(CORRECTED) : corrected, 1);
    series.add("ecc_uncorrected", uncorrected == null ? eccErrors(UNCORRECTED) : uncorrected, 1);
    series.add("power_cap_time", read.get(FieldValues.POWER_CAP_TIME), NANO);
    EventTimes.Ids ids = times.in(read);
    if (ids != null) {
      series.add("sw_thermal_time", read.get64(ids.softwareThermal()), NANO);
    }
    series.add("temperature_memory", read.get(FieldValues.MEMORY_TEMPERATURE), 1);
    series.add("row_remaps_pending", RowRemaps.PENDING.of(read, calls), 1);
    series.add("row_remaps_failed", RowRemaps.FAILED.of(read, calls), 1);
    series.add("recovery_action", read.get(FieldValues.RECOVERY_ACTION), 1);
    series.add("power_instant", read.get(FieldValues.POWER_INSTANT), MILLI);
    int all = FieldValues.ALL_LINKS;
    Number transmitted = read.get(FieldValues.NVLINK_TRANSMITTED, all);
    series.add("nvlink_transmitted", transmitted, KIBI);
    series.add("nvlink_received", read.get(FieldValues.NVLINK_RECEIVED, all), KIBI);
    totals |= transmitted != null;
  }

  private void mig() throws NvmlException {
    Memory answer = calls.scratch();
    if (calls.ask(List.of("nvmlDeviceGetMigMode"), answer, answer.share(8))) {
      int present = answer.getInt(0);
      if (mig >= 0 && mig != present) {
        calls.askAgain(); // a GPU that is split tells less
      }
      mig = present;
      series.addSlow("mig", (long) present, 1);
    }
  }

  /// Since the driver was loaded, for drivers that don't say it as a field.
  private @Nullable Long eccErrors(int type) throws NvmlException {
    String name = "nvmlDeviceGetTotalEccErrors";
    return calls.number64Of(name + " " + type, name, type, VOLATILE);
  }

  private void processes(int index) throws NvmlException {
    List<GpuProcess> running = mig == 1 ? migs.processes() : processes.read();
    if (running != null) {
      use = new GpuUse(uuid, index, memoryUsed, running);
      series.addSlow("processes", (long) running.size(), 1);
    } else if (processes.crowd() > 0) {
      series.addSlow("processes", processes.crowd(), 1);
    }
  }
}
