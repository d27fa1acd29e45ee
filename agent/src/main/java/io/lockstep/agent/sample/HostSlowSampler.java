package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Reads what changes slowly about the host, from `/proc`: how many processors, processes, open
/// files and sockets, memory in detail, what goes wrong with TCP and UDP, how well the clock is
/// kept.
public final class HostSlowSampler implements Sampler, AutoCloseable {
  private final Series cpus = series("cpus");
  private final Text text = new Text();
  private final Duration interval;
  private final boolean kept;
  private final Path proc;
  private final WatchedFile statFile;
  private final WatchedFile memoryFile;
  private final WatchedFile filesFile;
  private final MemoryKinds memory = new MemoryKinds();
  private final NetworkCounts network;
  private final ProcessStates processes;
  private final ClockError clock;
  private final Series filesOpen = series("files_open");
  private final Series filesLimit = series("files_limit");
  private long round;

  /// @param root `/`, or a folder that holds a captured `proc/`
  public HostSlowSampler(Path root, Duration interval) {
    this.interval = interval;
    kept = Samplers.kept(root);
    proc = root.resolve("proc");
    statFile = file("stat");
    memoryFile = file("meminfo");
    filesFile = file("sys/fs/file-nr");
    network = new NetworkCounts(proc, kept);
    processes = new ProcessStates(proc);
    clock = new ClockError(Samplers.live(root));
  }

  private WatchedFile file(String name) {
    return WatchedFile.optional(proc.resolve(name), "proc", kept);
  }

  private static Series series(String column) {
    return Series.of(Contract.column(Table.HOST_SLOW, column), "");
  }

  @Override
  public String name() {
    return "host-slow";
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
    Long count = statFile.read(notes, text, HostSlowSampler::cpus);
    if (count != null && count > 0) {
      notes.add(cpus.at(count));
    }
    memoryFile.read(notes, text, meminfo -> memory.read(notes, meminfo));
    filesFile.read(notes, text, files -> files(notes, files));
    network.read(notes, text);
    processes.read(notes, text);
    clock.read(notes);
    return notes.reading();
  }

  private static Long cpus(Text stat) {
    long count = 0;
    while (stat.line() && stat.skip("cpu")) {
      count++;
    }
    return count;
  }

  /// Open files, those of them that are free again (none since Linux 2.6), and the limit.
  private boolean files(Notes notes, Text files) throws IOException {
    notes.add(filesOpen.at(files.number()));
    files.number();
    notes.add(filesLimit.at(files.number()));
    return true;
  }

  /// Lets go of the files.
  @Override
  public void close() {
    List.of(statFile, memoryFile, filesFile).forEach(WatchedFile::close);
    network.close();
  }
}
