package io.lockstep.agent.sample.isolated;

import io.lockstep.agent.sample.CrashReport;
import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Notes;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.agent.sample.nvml.NvmlConfig;
import io.lockstep.agent.sample.nvml.NvmlSampler;
import io.lockstep.telemetry.otlp.Occurrence;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the GPUs through a process that does nothing else (`gpu.isolation: process`). Where it
/// crashes, hangs or grows it is ended and started again, later and later; meanwhile nothing is
/// said of the GPUs, because nobody knows. Where one GPU made it crash it goes on at once without
/// that one.
public final class IsolatedGpus implements Sampler, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IsolatedGpus.class);
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final long WAIT_ROUNDS_MAX = 60;
  private static final long SOUND_ROUNDS = 60;
  private static final long LOOK_ROUNDS = 60;
  private static final long RESIDENT_MAX = 192;

  /// Processes that hang in the kernel and can't be ended are left behind, so many at most.
  private static final int LEFT_MAX = 4;

  private final List<Child> left = new ArrayList<>();
  private final NvmlConfig config;
  private final Words.Setup setup;
  private final Marking marking;
  private final @Nullable Path crash;
  private final Heard heard;
  private final LeftOut leftOut = new LeftOut();
  private final NvmlSampler.Users users;
  private final Consumer<List<Occurrence>> outlet;
  private @Nullable Child child;
  private volatile long pid;
  private long round;
  private long nextStart;
  private long wait = 1;
  private long good;
  private boolean failing;

  /// It crashed for the sake of one GPU after another: that is the library's fault, not theirs.
  private boolean libraryCrashes;

  /// It ended, and nobody knows for the sake of which GPU: they are read one after the other.
  private boolean inTurn;

  /// @param deadline of a round in the child
  /// @param folder where the child remembers the GPUs, and a crash is written down; null for
  ///   nowhere
  /// @param ledger also knows what the kernel's log told
  public IsolatedGpus(
      NvmlConfig config,
      Duration deadline,
      @Nullable Path folder,
      GpuLedger ledger,
      NvmlSampler.Users users,
      Consumer<List<Occurrence>> outlet) {
    this.config = config;
    this.setup =
        new Words.Setup(config, deadline, folder == null ? null : folder.resolve("gpus.tsv"), null);
    this.marking = new Marking(folder == null ? null : folder.resolve("gpu-marks"));
    this.crash = folder == null ? null : folder.resolve(CrashReport.GPUS);
    this.heard = new Heard(ledger);
    this.users = users;
    this.outlet = outlet;
  }

  @Override
  public String name() {
    return "gpu";
  }

  @Override
  public Duration interval() {
    return config.interval();
  }

  @Override
  public Reading sample(Instant now) {
    var notes = new Notes(name(), now, round);
    long until = System.nanoTime() + setup.deadline().toNanos() * 5 / 4;
    try {
      Child running = running(notes);
      Answer answer = running == null ? null : running.ask(asked(now), until);
      if (answer != null) {
        good(answer, now, notes);
      } else if (running != null) {
        late(running, notes);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    round++;
    Reading reading = notes.reading();
    heard.round(reading);
    return reading;
  }

  private Words.Asked asked(Instant now) {
    return new Words.Asked(now.toEpochMilli(), leftOut.at(round), inTurn);
  }

  @Override
  public long pid() {
    return pid;
  }

  /// The child; null while it is not time to start one.
  private @Nullable Child running(Notes notes) {
    if (child == null && round >= nextStart) {
      left.removeIf(one -> !one.isAlive());
      if (left.size() >= LEFT_MAX) {
        nextStart = round + WAIT_ROUNDS_MAX;
        return null;
      }
      try {
        Words.Setup marked = setup.withMarks(marking.ready());
        child = Child.start(marked, crash, events -> outlet.accept(heard.news(events)));
        pid = child.pid();
        LOG.info("gpu process starts pid={}", pid);
      } catch (IOException e) {
        failed("it can't be started: " + e.getMessage(), notes);
      }
    }
    return child;
  }

  private void good(Answer answer, Instant now, Notes notes) throws InterruptedException {
    if (failing) {
      failing = false;
      notes.recovered("gpu", "process");
    }
    good++;
    if (good >= SOUND_ROUNDS) {
      wait = 1;
      libraryCrashes = false;
      inTurn = false;
    }
    if (answer.timeMillis() == now.toEpochMilli()) {
      answer.samples().forEach(notes::add); // what comes late is of another time
    }
    for (Occurrence event : heard.news(answer.events())) {
      notes.event(event.name(), event.body(), event.attributes());
    }
    if (!answer.uses().isEmpty()) {
      users.take(answer.uses(), notes);
    }
    Child running = child;
    if (good % LOOK_ROUNDS == 0 && running != null && running.residentMebibytes() > RESIDENT_MAX) {
      end(running, "it has grown beyond " + RESIDENT_MAX + " MiB", notes);
    }
  }

  private void late(Child running, Notes notes) throws InterruptedException {
    String ended = running.ended();
    Duration patience = running.answered() ? config.hang().plus(GRACE) : START;
    if (!ended.isEmpty()) {
      CrashReport report = report(running);
      String why = report == null ? ended : report.words();
      SortedSet<Integer> guilty = guilty(report);
      end(running, why + leaveOut(guilty), notes);
    } else if (running.waitedNanos() > patience.toNanos()) {
      end(running, "it has not answered in " + patience.toSeconds() + " s", notes);
    }
  }

  /// A JVM that crashes writes down where; its exit code says only that it ended.
  private @Nullable CrashReport report(Child running) {
    CrashReport report = crash == null ? null : CrashReport.of(crash);
    return report != null && report.time().toEpochMilli() >= running.startedMillis()
        ? report
        : null;
  }

  /// Those for whose sake it ended. Where more than half would have to be left out it is none of
  /// them.
  private SortedSet<Integer> guilty(@Nullable CrashReport report) {
    SortedSet<Integer> none = new TreeSet<>();
    if (libraryCrashes) {
      return none;
    }
    MarkFile.Left left = marking.left();
    SortedSet<Integer> inside = inside(report, left);
    if (!inTurn && !leftOut.tells(inside, round)) {
      inTurn = true;
      wait = 1;
      return none;
    }
    SortedSet<Integer> guilty = leftOut.ended(inside, round);
    // One that ends before its first answer has told nothing yet, but counted them.
    int all = Math.max(2, Math.max(heard.gpus(), left.gpus()));
    if (2 * Long.bitCount(leftOut.at(round)) > all) {
      leftOut.clear();
      libraryCrashes = true;
      return none;
    }
    return guilty;
  }

  /// Where it was when it ended: the JVM's report names the thread; else all come into question
  /// that somebody asked about.
  private static SortedSet<Integer> inside(@Nullable CrashReport report, MarkFile.Left left) {
    String thread = report == null ? "" : report.thread();
    return switch (thread) {
      case "gpu-list" -> only(left.lister());
      case "gpu-events-register" -> only(left.events());
      case NvmlSampler.READERS -> left.readers();
      case "" -> left.all();
      default -> new TreeSet<>();
    };
  }

  private static SortedSet<Integer> only(int index) {
    return index < 0 ? new TreeSet<>() : new TreeSet<>(List.of(index));
  }

  /// They are the cause, and the others need not wait.
  private String leaveOut(SortedSet<Integer> guilty) {
    if (guilty.isEmpty()) {
      return inTurn && !libraryCrashes ? "; reads one GPU after the other to find out why" : "";
    }
    wait = 1;
    var words = new StringBuilder("; goes on without");
    for (int index : guilty) {
      words.append(" GPU ").append(index).append(" for ");
      words.append(leftOut.rounds(index, round)).append(" rounds,");
    }
    return words.substring(0, words.length() - 1);
  }

  private void end(Child running, String why, Notes notes) throws InterruptedException {
    child = null;
    pid = 0;
    boolean ended = running.kill();
    if (!ended) {
      left.add(running);
    }
    failed(ended ? why : why + ", and can't be ended: it hangs in the kernel", notes);
  }

  private void failed(String why, Notes notes) {
    good = 0;
    nextStart = round + wait;
    LOG.warn("gpu process fails again_in_rounds={} reason=\"{}\"", wait, why);
    wait = Math.min(2 * wait, WAIT_ROUNDS_MAX);
    if (!failing) {
      failing = true;
      notes.failed("gpu", "process", why);
    }
  }

  /// Ends the child.
  @Override
  public void close() {
    Child running = child;
    child = null;
    pid = 0;
    if (running != null) {
      running.close();
    }
    users.close();
  }
}
