package io.lockstep.agent.judge;

import io.lockstep.agent.sample.KeptFile;
import io.lockstep.telemetry.rules.Rule.Action;
import io.lockstep.telemetry.rules.Rule.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The faults that stand, on disk beside the spool, so that a restart or a reload makes no server
/// well. Those of another boot are forgotten: it has cured them, or shows them anew.
public final class Former implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Former.class);
  private static final long BEAT_NANOS = 60_000_000_000L;
  private static final int FIELDS = 7;

  private final Path file;
  private Set<String> written = Set.of();
  private long writtenAt;
  private boolean failing;
  private @Nullable Thread last;

  /// @param file in the spool's folder
  public Former(Path file) {
    this.file = file;
  }

  /// What stood when the run before this one ended; empty when nothing did.
  public List<Fault> read() {
    try {
      List<String> lines = Files.readAllLines(file);
      if (lines.isEmpty() || !lines.getFirst().equals(BootId.now())) {
        return List.of();
      }
      var faults = new ArrayList<Fault>();
      for (String line : lines.subList(1, Math.min(lines.size(), 1 + Verdict.FAULTS_MAX))) {
        faults.add(fault(line.split("\t", -1)));
      }
      return faults;
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (IOException | IllegalArgumentException e) {
      String why =
          e instanceof IOException io ? KeptFile.problem(file, io) : file + ": " + e.getMessage();
      LOG.warn("faults of the former run can't be read, what stands is found anew: {}", why);
      return List.of();
    }
  }

  private static Fault fault(String[] fields) {
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException("a line has " + fields.length + " fields");
    }
    return new Fault(
        fields[0],
        fields[1],
        Severity.valueOf(fields[2]),
        Action.valueOf(fields[3]),
        Long.parseLong(fields[4]),
        Long.parseLong(fields[5]),
        fields[6]);
  }

  /// Takes what stands; writes when that has changed, and each minute while something stands.
  ///
  /// @param nanoTime monotonic
  void keep(List<Fault> faults, long nanoTime) {
    var now = new HashSet<String>();
    faults.forEach(fault -> now.add(fault.rule() + "\t" + fault.subject()));
    boolean due = !now.isEmpty() && nanoTime - writtenAt >= BEAT_NANOS;
    if (now.equals(written) && !due) {
      return;
    }
    written = now;
    writtenAt = nanoTime;
    last = Thread.ofVirtual().name("faults").start(() -> write(faults));
  }

  private synchronized void write(List<Fault> faults) {
    var text = new StringBuilder(BootId.now()).append('\n');
    for (Fault fault : faults) {
      text.append(fault.rule()).append('\t').append(fault.subject().replace('\t', ' '));
      text.append('\t').append(fault.severity()).append('\t').append(fault.action());
      text.append('\t').append(fault.sinceNanos()).append('\t').append(fault.heardNanos());
      text.append('\t').append(fault.words().replaceAll("\\p{Cntrl}", " ")).append('\n');
    }
    try {
      KeptFile.replace(file, text.toString());
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        failing = true;
        LOG.warn(
            "faults that stand can't be kept, a restart will forget those that events told: {}",
            KeptFile.problem(file, e));
      }
    }
  }

  /// Waits for what is being written, a second at most.
  @Override
  public void close() {
    try {
      if (last != null) {
        last.join(Duration.ofSeconds(1));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
