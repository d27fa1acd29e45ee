package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Reads what the host as a whole does, from `/proc`: processors, memory, load, swapping, pressure,
/// and whether its clock is kept. Shares of processor time need two rounds; the first has none.
public final class HostSampler implements Sampler, AutoCloseable {
  private static final List<String> RESOURCES = List.of("cpu", "memory", "io");
  private static final double MICROS = 1e6;

  private final CpuUsage cpu = new CpuUsage();
  private final Memory memory = new Memory();
  private final Series load1 = series("load_1m");
  private final Series load5 = series("load_5m");
  private final Series load15 = series("load_15m");
  private final Series uptime = series("uptime");
  private final Series tasks = series("tasks");
  private final Keyed activity =
      Keyed.of(
          Table.HOST,
          "",
          1,
          "intr ",
          "interrupts",
          "ctxt ",
          "context_switches",
          "processes ",
          "forks",
          "procs_running ",
          "tasks_runnable",
          "procs_blocked ",
          "tasks_blocked");
  private final PageCounts pages = new PageCounts();
  private final ClockKept clock;
  private final Text text = new Text();
  private final Duration interval;
  private final WatchedFile statFile;
  private final WatchedFile memoryFile;
  private final WatchedFile loadFile;
  private final WatchedFile uptimeFile;
  private final WatchedFile pagingFile;
  private final List<Pressure> pressures;
  private long round;

  /// How long tasks waited for one resource.
  private record Pressure(WatchedFile file, Series some, Series full) {

    /// Older kernels have no line `full` for processors.
    boolean read(Notes notes, Text text) throws IOException {
      do {
        Series series = text.skip("some ") ? some : text.skip("full ") ? full : null;
        if (series != null) {
          text.until('t');
          if (!text.skip("otal=")) {
            throw new IOException("no total: \"" + text.rest() + "\"");
          }
          notes.add(series.at(text.number() / MICROS));
        }
      } while (text.line());
      return true;
    }
  }

  /// @param root `/`, or a folder that holds a captured `proc/`
  public HostSampler(Path root, Duration interval) {
    this.interval = interval;
    boolean kept = Samplers.kept(root);
    clock = new ClockKept(Samplers.live(root));
    Path proc = root.resolve("proc");
    statFile = file(proc, "stat", kept);
    memoryFile = file(proc, "meminfo", kept);
    loadFile = file(proc, "loadavg", kept);
    uptimeFile = file(proc, "uptime", kept);
    pagingFile = file(proc, "vmstat", kept);
    pressures =
        RESOURCES.stream()
            .map(resource -> pressure(proc.resolve("pressure"), resource, kept))
            .toList();
  }

  private static WatchedFile file(Path proc, String name, boolean kept) {
    return kept
        ? new WatchedFile(proc.resolve(name), "proc", true)
        : WatchedFile.optional(proc.resolve(name), "proc", false);
  }

  private static Pressure pressure(Path folder, String resource, boolean kept) {
    return new Pressure(
        WatchedFile.optional(folder.resolve(resource), "proc/pressure", kept),
        series("pressure_" + resource + "_some"),
        series("pressure_" + resource + "_full"));
  }

  private static Series series(String column) {
    return Series.of(Contract.column(Table.HOST, column), "");
  }

  @Override
  public String name() {
    return "host";
  }

  @Override
  public Importance importance() {
    return Importance.HOST;
  }

  @Override
  public Duration interval() {
    return interval;
  }

  @Override
  public Reading sample(Instant now) {
    var notes = new Notes(name(), now, round++);
    statFile.read(notes, text, stat -> cpu.read(notes, stat) && activity.read(notes, stat));
    memoryFile.read(notes, text, meminfo -> memory.read(notes, meminfo));
    loadFile.read(notes, text, load -> load(notes, load));
    uptimeFile.read(notes, text, up -> uptime(notes, up));
    pagingFile.read(notes, text, vmstat -> pages.read(notes, vmstat));
    for (Pressure pressure : pressures) {
      pressure.file().read(notes, text, waited -> pressure.read(notes, waited));
    }
    clock.read(notes);
    return notes.reading();
  }

  /// `0.52 0.60 0.55 3/1479 11947`: of 1,479 tasks three run.
  private boolean load(Notes notes, Text load) throws IOException {
    notes.add(load1.at(load.decimal()));
    notes.add(load5.at(load.decimal()));
    notes.add(load15.at(load.decimal()));
    load.until('/');
    notes.add(tasks.at(load.number()));
    return true;
  }

  private boolean uptime(Notes notes, Text up) throws IOException {
    notes.add(uptime.at(up.decimal()));
    return true;
  }

  /// Lets go of the files.
  @Override
  public void close() {
    List.of(statFile, memoryFile, loadFile, uptimeFile, pagingFile).forEach(WatchedFile::close);
    pressures.forEach(pressure -> pressure.file.close());
  }
}
