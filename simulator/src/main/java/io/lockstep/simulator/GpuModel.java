package io.lockstep.simulator;

import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.util.List;
import java.util.Map;

/// One GPU as its driver would show it, second by second.
final class GpuModel {
  private static final long MEMORY_BYTES = 85_520_809_984L; // H100 80 GB, as NVML reports it
  private static final double MEMORY_CLOCK_HERTZ = 2619e6;
  private static final double CLOCK_STEP_HERTZ = 15e6;
  private static final double IDLE_WATTS = 115;
  private static final double THROTTLE_CELSIUS = 88;
  private static final double CELSIUS_PER_WATT = 0.055;
  private static final double HEAT_SECONDS = 15;
  private static final double SWING_SECONDS = 1500;

  /// NVML's clock event reasons
  /// ([nvml.h](https://docs.nvidia.com/deploy/nvml-api/group__nvmlClocksEventReasons.html)).
  private static final int REASON_IDLE = 0x1;

  private static final int REASON_POWER_CAP = 0x4;
  private static final int REASON_HARDWARE = 0x8;
  private static final int REASON_SOFTWARE_THERMAL = 0x20;
  private static final int REASON_HARDWARE_THERMAL = 0x40;

  private final int index;
  private final String uuid;
  private final String pci;
  private final GpuTraits traits;
  private final Chance chance;
  private final Series utilization;
  private final Series memoryUsed;
  private final Series memoryLimit;
  private final Series received;
  private final Series transmitted;
  private final Series clockSm;
  private final Series clockMemory;
  private final Series reasons;
  private final Series performance;
  private final Series temperature;
  private final Series temperatureMemory;
  private final Series power;
  private final Series energy;
  private final Series eccCorrected;
  private final Series eccUncorrected;
  private final Series replays;
  private final List<Sample> constant;
  private final List<Sample> sound;
  private final Series state;
  private final Series stateAge;
  private boolean lost;

  /// For how long it has had no fault.
  private double soundSeconds;

  private double celsius;
  private double joules;
  private double bytesIn;
  private double bytesOut;
  private long corrected;
  private final long replayed;

  GpuModel(String uuid, int index, GpuTraits traits, Chance chance) {
    this.index = index;
    this.uuid = uuid;
    this.pci = "0000:%02x:00.0".formatted(0x18 + 0x10 * index);
    this.state = Series.of(Table.GPU, "state", uuid);
    this.stateAge = Series.of(Table.GPU, "state_age", uuid);
    this.traits = traits;
    this.chance = chance;
    utilization = Series.of(Table.GPU, "utilization", uuid);
    memoryUsed = Series.of(Table.GPU, "memory_used", uuid);
    memoryLimit = Series.of(Table.GPU_SLOW, "memory", uuid);
    received = Series.of(Table.GPU_SLOW, "pcie_received", uuid);
    transmitted = Series.of(Table.GPU_SLOW, "pcie_transmitted", uuid);
    clockSm = Series.of(Table.GPU, "clock_sm", uuid);
    clockMemory = Series.of(Table.GPU, "clock_memory", uuid);
    reasons = Series.of(Table.GPU, "clock_event_reasons", uuid);
    performance = Series.of(Table.GPU, "performance_state", uuid);
    temperature = Series.of(Table.GPU, "temperature", uuid);
    temperatureMemory = Series.of(Table.GPU, "temperature_memory", uuid);
    power = Series.of(Table.GPU, "power", uuid);
    energy = Series.of(Table.GPU_SLOW, "energy", uuid);
    eccCorrected = Series.of(Table.GPU, "ecc_corrected", uuid);
    eccUncorrected = Series.of(Table.GPU, "ecc_uncorrected", uuid);
    replays = Series.of(Table.GPU, "pcie_replays", uuid);
    constant = constant(uuid);
    sound = sound(uuid);
    Chance first = chance.of("first");
    celsius = target(0.7 * traits.workWatts(), 0);
    joules = first.between(1e8, 4e9, 0);
    bytesIn = first.between(1e12, 5e14, 1);
    bytesOut = first.between(1e12, 5e14, 2);
    corrected = first.uniform(3) < 0.02 ? 1 + first.below(40, 4) : 0;
    replayed = first.uniform(5) < 0.1 ? 1 + first.below(6, 6) : 0;
  }

  /// What a GPU without a fault says each second.
  private static List<Sample> sound(String uuid) {
    return List.of(
        Series.of(Table.GPU, "state", uuid).at(1L),
        Series.of(Table.GPU, "recovery_action", uuid).at(0L),
        Series.of(Table.GPU, "health", uuid).at(0L),
        Series.of(Table.GPU, "row_remaps_pending", uuid).at(0L),
        Series.of(Table.GPU, "row_remaps_failed", uuid).at(0L),
        Series.of(Table.GPU, "power_limit_lost", uuid).at(0.0),
        Series.of(Table.GPU, "nvlink_active", uuid).at(18L),
        Series.of(Table.GPU, "nvlink_lost", uuid).at(0L),
        Series.of(Table.GPU, "nvlink_recoveries_failed", uuid).at(0L),
        Series.of(Table.GPU, "pcie_lanes_lost", uuid).at(0L),
        Series.of(Table.GPU, "pcie_generations_lost", uuid).at(0L));
  }

  /// What does not change while the server runs.
  private List<Sample> constant(String uuid) {
    Chance rows = chance.of("rows");
    long remapped = rows.uniform(0) < 0.01 ? 1 : 0;
    return List.of(
        memoryLimit.at(MEMORY_BYTES),
        Series.of(Table.GPU_SLOW, "pcie_generation_max", uuid).at(5L),
        Series.of(Table.GPU_SLOW, "pcie_width_max", uuid).at(16L),
        Series.of(Table.GPU_SLOW, "persistence", uuid).at(1L),
        Series.of(Table.GPU_SLOW, "mig", uuid).at(0L),
        Series.of(Table.GPU_SLOW, "row_remaps_corrected", uuid).at(0L),
        Series.of(Table.GPU_SLOW, "row_remaps_uncorrected", uuid).at(remapped),
        Series.of(Table.GPU_SLOW, "power_limit", uuid).at(GpuTraits.LIMIT_WATTS),
        Series.of(Table.GPU_SLOW, "pcie_generation", uuid).at(5L),
        Series.of(Table.GPU_SLOW, "pcie_width", uuid).at(16L),
        Series.of(Table.GPU_SLOW, "gpu_index", uuid).at((long) index));
  }

  /// Whether it has fallen off the bus.
  boolean lost() {
    return lost;
  }

  /// Falls off the bus: the driver says so in its log, and then to whoever asks.
  ///
  /// @param sinceNanos when, Unix nanoseconds
  /// @param nowNanos when the agent asked, Unix nanoseconds
  /// @return what the agent reports; nothing when it was lost before
  List<Occurrence> lose(long sinceNanos, long nowNanos) {
    if (lost) {
      return List.of();
    }
    lost = true;
    String who = "GPU " + index + " (" + uuid + ", " + pci + ")";
    return List.of(
        new Occurrence(
            "lockstep.gpu.xid",
            sinceNanos,
            "NVRM: Xid (PCI:" + pci + "): 79, GPU has fallen off the bus.",
            Map.of("hw.id", uuid, "lockstep.gpu.pci.address", pci, "lockstep.gpu.xid", "79")),
        state(nowNanos, who + " is lost: GPU is lost; before: ok", "lost", "ok"));
  }

  /// Is back.
  ///
  /// @return what the agent reports; nothing when it was not lost
  List<Occurrence> found(long nowNanos) {
    if (!lost) {
      return List.of();
    }
    lost = false;
    soundSeconds = 0;
    String who = "GPU " + index + " (" + uuid + ", " + pci + ")";
    return List.of(state(nowNanos, who + " is ok; before: lost", "ok", "lost"));
  }

  private Occurrence state(long nanos, String body, String now, String before) {
    return new Occurrence(
        "lockstep.gpu.state.changed",
        nanos,
        body,
        Map.of(
            "hw.id",
            uuid,
            "lockstep.gpu.pci.address",
            pci,
            "lockstep.gpu.state",
            now,
            "lockstep.gpu.state.before",
            before));
  }

  /// One interval of a lost GPU: nothing of it is known but that.
  void lostFor(double seconds, List<Sample> out) {
    out.add(state.at(2L));
    out.add(stateAge.at(seconds));
  }

  /// What is wrong with it at the moment.
  ///
  /// @param heat how near to the temperature limit: 0 as usual, 1 at it
  /// @param throttle how many times as long its work takes because the clock fell; 1 as usual
  record Trouble(double heat, double throttle) {}

  /// Lives through one interval.
  ///
  /// @param tick number of the interval
  /// @param seconds its length
  /// @param out gets one round of samples
  void tick(long tick, double seconds, Activity activity, Trouble trouble, List<Sample> out) {
    Chance now = chance.of(tick);
    double work = activity.compute() + 0.5 * activity.communication();
    double share = 1 / (trouble.throttle() * trouble.throttle());
    double watts =
        (IDLE_WATTS + (traits.workWatts() - IDLE_WATTS) * work * share)
            * (1 + 0.012 * now.gauss(0));
    advance(seconds, watts, activity, tick, now);
    load(activity, now, out);
    clocks(activity, trouble, now, out);
    double limit = THROTTLE_CELSIUS + (now.uniform(7) - 0.5);
    double shown = celsius + Math.max(0, limit - celsius) * trouble.heat();
    out.add(temperature.at(Math.rint(shown)));
    out.add(temperatureMemory.at(Math.rint(shown + 9 - 0.4 * index + 0.5 * now.gauss(8))));
    out.add(power.at(watts));
    out.add(eccCorrected.at(corrected));
    out.add(eccUncorrected.at(0L));
    out.add(replays.at(replayed));
    soundSeconds += seconds;
    out.add(stateAge.at(soundSeconds));
    out.addAll(sound);
  }

  private void advance(double seconds, double watts, Activity activity, long tick, Chance now) {
    double inertia = StrictMath.exp(-seconds / HEAT_SECONDS);
    celsius = celsius * inertia + target(watts, tick * seconds) * (1 - inertia);
    joules += watts * seconds;
    bytesIn += 2.5e8 * activity.busy() * seconds * (1 + 0.1 * now.uniform(1));
    bytesOut += 6e7 * activity.busy() * seconds * (1 + 0.1 * now.uniform(2));
    if (corrected > 0 && now.uniform(3) < seconds / 7200) {
      corrected++;
    }
  }

  /// The temperature at which a power would settle, Celsius. The room swings slowly.
  private double target(double watts, double seconds) {
    double phase = 2 * StrictMath.PI * (seconds / SWING_SECONDS + traits.swing());
    double air = 24 + 1.2 * StrictMath.sin(phase);
    return air + traits.warmthCelsius() + CELSIUS_PER_WATT * watts;
  }

  private void load(Activity activity, Chance now, List<Sample> out) {
    double busy = activity.busy() * (1 - 0.02 * now.uniform(4));
    out.add(utilization.at(Math.rint(busy * 100) / 100));
    long used = (long) (MEMORY_BYTES * (0.86 + 0.06 * traits.swing()));
    out.add(memoryUsed.at(activity.idle() ? 620L << 20 : used));
  }

  private void clocks(Activity activity, Trouble trouble, Chance now, List<Sample> out) {
    double dither = now.uniform(5) < 0.3 ? -CLOCK_STEP_HERTZ : 0;
    boolean idle = activity.busy() < 0.05;
    double clock = GpuTraits.CLOCK_HERTZ;
    if (!idle && (traits.powerCapped() || trouble.throttle() > 1)) {
      double held = clock * traits.clockShare() / trouble.throttle();
      clock = Math.rint(held / CLOCK_STEP_HERTZ) * CLOCK_STEP_HERTZ + dither;
    }
    out.add(clockSm.at(clock));
    out.add(clockMemory.at(MEMORY_CLOCK_HERTZ));
    out.add(reasons.at((long) reasons(idle, trouble, now)));
    out.add(performance.at(0L));
  }

  private int reasons(boolean idle, Trouble trouble, Chance now) {
    int bits = idle ? REASON_IDLE : 0;
    bits |= !idle && traits.powerCapped() && trouble.throttle() == 1 ? REASON_POWER_CAP : 0;
    if (trouble.throttle() > 1 && !idle) {
      bits |= REASON_SOFTWARE_THERMAL;
      bits |= now.uniform(6) < 0.7 ? REASON_HARDWARE | REASON_HARDWARE_THERMAL : 0;
    }
    return bits;
  }

  /// What changes slowly.
  void slow(List<Sample> out) {
    out.addAll(constant);
    out.add(energy.at(joules));
    out.add(received.at((long) bytesIn));
    out.add(transmitted.at((long) bytesOut));
  }
}
