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
import java.util.concurrent.atomic.AtomicBoolean;
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
  private final KeptFile kept;
  private final AtomicBoolean writing = new AtomicBoolean();
  private volatile Set<String> written = Set.of();
  private volatile long writtenAt;
  private List<Fault> latest = List.of();
  private @Nullable Thread last;

  /// @param file in the spool's folder
  public Former(Path file) {
    this.file = file;
    this.kept =
        new KeptFile(
            file,
            "faults that stand can't be kept, a restart will not know those that events told");
  }

  /// What stood when the run before this one ended.
  ///
  /// @param now what stands still
  /// @param ofOtherBoot what does not, because the server was started anew since
  record Stood(List<Fault> now, List<Fault> ofOtherBoot) {
    static final Stood NOTHING = new Stood(List.of(), List.of());
  }

  /// What stood when the run before this one ended.
  Stood stood() {
    try {
      List<String> lines = Files.readAllLines(file);
      if (lines.isEmpty()) {
        return Stood.NOTHING;
      }
      var faults = new ArrayList<Fault>();
      for (String line : lines.subList(1, Math.min(lines.size(), 1 + Verdict.FAULTS_MAX))) {
        faults.add(fault(line.split("\t", -1)));
      }
      return lines.getFirst().equals(BootId.now())
          ? new Stood(faults, List.of())
          : new Stood(List.of(), faults);
    } catch (NoSuchFileException _) {
      return Stood.NOTHING;
    } catch (IOException | IllegalArgumentException e) {
      String why =
          e instanceof IOException io ? KeptFile.problem(file, io) : file + ": " + e.getMessage();
      LOG.warn("faults of the former run can't be read, what stands is found anew: {}", why);
      return Stood.NOTHING;
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

  /// Takes what stands; writes when that is another than what is written, and each minute while
  /// something stands.
  ///
  /// @param nanoTime monotonic
  void keep(List<Fault> faults, long nanoTime) {
    latest = faults;
    boolean due = !faults.isEmpty() && nanoTime - writtenAt >= BEAT_NANOS;
    if ((due || !stands(faults)) && !writing.getAndSet(true)) { // else the one before hangs
      last = Thread.ofVirtual().name("faults").start(() -> write(faults, nanoTime));
    }
  }

  private boolean stands(List<Fault> faults) {
    return names(faults).equals(written);
  }

  private static Set<String> names(List<Fault> faults) {
    var names = new HashSet<String>();
    faults.forEach(fault -> names.add(fault.rule() + "\t" + fault.subject()));
    return names;
  }

  private void write(List<Fault> faults, long nanoTime) {
    try {
      if (kept.write(text(faults))) {
        written = names(faults);
        writtenAt = nanoTime;
      }
    } finally {
      writing.set(false);
    }
  }

  private static String text(List<Fault> faults) {
    var text = new StringBuilder(BootId.now()).append('\n');
    for (Fault fault : faults) {
      text.append(fault.rule()).append('\t').append(fault.subject().replace('\t', ' '));
      text.append('\t').append(fault.severity()).append('\t').append(fault.action());
      text.append('\t').append(fault.sinceNanos()).append('\t').append(fault.heardNanos());
      text.append('\t').append(fault.words().replaceAll("\\p{Cntrl}", " ")).append('\n');
    }
    return text.toString();
  }

  /// Waits for what is being written, and writes what is not, a second at most.
  @Override
  public void close() {
    Thread before = last;
    Thread end = Thread.ofVirtual().name("faults").start(() -> finish(before));
    try {
      end.join(Duration.ofSeconds(1));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void finish(@Nullable Thread before) {
    try {
      if (before != null) {
        before.join();
      }
      if (!stands(latest)) {
        write(latest, writtenAt);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
