package io.lockstep.simulator;

import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import java.util.List;

/// A server as its kernel would show it: 224 logical processors (as Azure's 285,000 cores in 1,250
/// servers come to), 2 TiB of memory, no swapping.
final class HostModel {
  private static final int CPUS = 224;
  private static final long GIBIBYTE = 1L << 30;
  private static final long MEMORY_BYTES = 2048 * GIBIBYTE;
  private static final long SWAP_BYTES = 8 * GIBIBYTE;

  /// The host's series; servers share them.
  static final class Names {
    private final Series user = of("cpu_user");
    private final Series system = of("cpu_system");
    private final Series nice = of("cpu_nice");
    private final Series iowait = of("cpu_iowait");
    private final Series interrupt = of("cpu_interrupt");
    private final Series steal = of("cpu_steal");
    private final Series idle = of("cpu_idle");
    private final Series mean = of("cpu_mean");
    private final Series busiest = of("cpu_max");
    private final Series load1 = of("load_1m");
    private final Series load5 = of("load_5m");
    private final Series load15 = of("load_15m");
    private final Series uptime = of("uptime");
    private final Series used = of("memory_used");
    private final Series free = of("memory_free");
    private final Series buffers = of("memory_buffers");
    private final Series cached = of("memory_cached");
    private final Series available = of("memory_available");
    private final Series swapUsed = of("swap_used");
    private final Series swapFree = of("swap_free");
    private final Series pagedIn = of("paged_in");
    private final Series pagedOut = of("paged_out");
    private final List<Sample> sound =
        List.of(of("oom_kills").at(0L), of("clock_synchronized").at(1L));
    private final List<Series> pressures =
        List.of(
            of("pressure_cpu_some"),
            of("pressure_cpu_full"),
            of("pressure_memory_some"),
            of("pressure_memory_full"),
            of("pressure_io_some"),
            of("pressure_io_full"));
    private final Series cpus = Series.of(Table.HOST_SLOW, "cpus", "");
    private final Series processes = Series.of(Table.HOST_SLOW, "processes", "");
    private final Series memory = Series.of(Table.HOST_SLOW, "memory", "");

    private static Series of(String column) {
      return Series.of(Table.HOST, column, "");
    }
  }

  private final Names names;
  private final Chance chance;
  private final double uptimeAtStart;
  private final double[] pressureSeconds = new double[6];
  private final long usedAtStart;
  private double load1;
  private double load5;
  private double load15;

  HostModel(Names names, Chance chance) {
    this.names = names;
    this.chance = chance;
    Chance first = chance.of("first");
    uptimeAtStart = Math.rint(first.between(3 * 86_400.0, 60 * 86_400.0, 0));
    usedAtStart = (long) (first.between(170, 210, 1) * GIBIBYTE);
    load1 = first.between(18, 30, 2);
    load5 = load1;
    load15 = load1;
    for (int i = 0; i < pressureSeconds.length; i += 2) {
      pressureSeconds[i] = first.between(40, 4000, 3 + i);
      pressureSeconds[i + 1] = pressureSeconds[i] * first.between(0.2, 0.8, 4 + i);
    }
  }

  /// How long the host was up when the simulation began, seconds.
  double uptimeAtStart() {
    return uptimeAtStart;
  }

  /// Lives through one interval.
  ///
  /// @param tick number of the interval, from 0
  /// @param seconds its length
  /// @param activity the mean of its GPUs' ranks
  void tick(long tick, double seconds, Activity activity, List<Sample> out) {
    Chance now = chance.of(tick);
    cpu(activity, now, seconds, out);
    out.add(names.uptime.at(uptimeAtStart + tick * seconds));
    memory(tick, activity, out);
    pressure(now, seconds, activity, out);
    out.addAll(names.sound);
  }

  private void cpu(Activity activity, Chance now, double seconds, List<Sample> out) {
    double user = 0.012 + 0.07 * activity.busy() + 0.004 * now.uniform(0);
    double system = 0.006 + 0.02 * activity.busy() + 0.002 * now.uniform(1);
    double iowait = 0.0005 * now.uniform(2) + 0.02 * activity.checkpoint();
    double interrupt = 0.001 + 0.001 * now.uniform(3);
    double busy = user + system + interrupt;
    out.add(names.user.at(user));
    out.add(names.system.at(system));
    out.add(names.nice.at(0.0));
    out.add(names.iowait.at(iowait));
    out.add(names.interrupt.at(interrupt));
    out.add(names.steal.at(0.0));
    out.add(names.idle.at(1 - busy - iowait));
    out.add(names.mean.at(busy));
    out.add(names.busiest.at(activity.idle() ? 0.2 : 1 - 0.06 * now.uniform(4)));
    double running = CPUS * (user + system) * (1 + 0.1 * now.gauss(5));
    load1 = averaged(load1, running, seconds / 60);
    load5 = averaged(load5, running, seconds / 300);
    load15 = averaged(load15, running, seconds / 900);
    out.add(names.load1.at(load1));
    out.add(names.load5.at(load5));
    out.add(names.load15.at(load15));
  }

  private static double averaged(double before, double now, double share) {
    double keep = StrictMath.exp(-share);
    return before * keep + now * (1 - keep);
  }

  private void memory(long tick, Activity activity, List<Sample> out) {
    double sway = StrictMath.sin(tick / 300.0 + 6.28 * chance.uniform(9));
    long used = usedAtStart + (long) ((4 * sway + 12 * activity.checkpoint()) * GIBIBYTE);
    long cached = 900 * GIBIBYTE + 1024 * (tick % 4096);
    long buffers = 2 * GIBIBYTE;
    out.add(names.used.at(used));
    out.add(names.free.at(MEMORY_BYTES - used - cached - buffers));
    out.add(names.buffers.at(buffers));
    out.add(names.cached.at(cached));
    out.add(names.available.at(MEMORY_BYTES - used - 20 * GIBIBYTE));
    out.add(names.swapUsed.at(0L));
    out.add(names.swapFree.at(SWAP_BYTES));
    out.add(names.pagedIn.at(0L));
    out.add(names.pagedOut.at(0L));
  }

  /// In seconds per second: processors are plenty, the disk is waited for when a checkpoint is
  /// saved.
  private void pressure(Chance now, double seconds, Activity activity, List<Sample> out) {
    double[] some = {0.002, 0.00002, 0.0008 + 0.2 * activity.checkpoint()};
    for (int i = 0; i < some.length; i++) {
      double more = some[i] * seconds * now.uniform(10 + i);
      pressureSeconds[2 * i] += more;
      pressureSeconds[2 * i + 1] += 0.6 * more;
      out.add(names.pressures.get(2 * i).at(pressureSeconds[2 * i]));
      out.add(names.pressures.get(2 * i + 1).at(pressureSeconds[2 * i + 1]));
    }
  }

  /// What changes slowly.
  void slow(long tick, List<Sample> out) {
    out.add(names.cpus.at((long) CPUS));
    out.add(names.processes.at(2900L + chance.below(40, ~tick)));
    out.add(names.memory.at(MEMORY_BYTES));
  }
}
