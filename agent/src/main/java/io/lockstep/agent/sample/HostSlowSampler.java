package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/// Reads what changes slowly about the host, from `/proc`: how many processors and processes, how
/// much memory.
public final class HostSlowSampler implements Sampler {
  private final Series cpus = series("cpus");
  private final Series memory = series("memory");
  private final Series processes = series("processes");
  private final Text text = new Text();
  private final Path proc;
  private final Duration interval;
  private final WatchedFile statFile;
  private final WatchedFile memoryFile;
  private long round;

  /// @param root `/`, or a folder that holds a captured `proc/`
  public HostSlowSampler(Path root, Duration interval) {
    this.interval = interval;
    proc = root.resolve("proc");
    statFile = WatchedFile.optional(proc.resolve("stat"), "proc", false);
    memoryFile = WatchedFile.optional(proc.resolve("meminfo"), "proc", false);
  }

  private static Series series(String column) {
    return Series.of(Contract.column(Table.HOST_SLOW, column), "");
  }

  @Override
  public String name() {
    return "host-slow";
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
    Long bytes = memoryFile.read(notes, text, Memory::total);
    if (bytes != null) {
      notes.add(memory.at(bytes));
    }
    long running = processes();
    if (running > 0) {
      notes.add(processes.at(running));
    }
    return notes.reading();
  }

  private static Long cpus(Text stat) {
    long count = 0;
    while (stat.line() && stat.skip("cpu")) {
      count++;
    }
    return count;
  }

  /// One folder each; 0 when it is not known.
  private long processes() {
    String[] names = proc.toFile().list();
    return names == null
        ? 0
        : Arrays.stream(names).filter(name -> Character.isDigit(name.charAt(0))).count();
  }
}
