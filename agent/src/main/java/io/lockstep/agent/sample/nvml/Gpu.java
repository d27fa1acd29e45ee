package io.lockstep.agent.sample.nvml;

import com.sun.jna.Pointer;
import io.lockstep.agent.sample.Crew;
import io.lockstep.agent.sample.Notes;
import io.lockstep.agent.sample.Worker;
import io.lockstep.agent.sample.jobs.GpuUse;
import io.lockstep.agent.sample.nvml.GpuReader.Round;
import io.lockstep.telemetry.otlp.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One GPU of this server, by its UUID, from when it was first seen: how it stands with it, and
/// what reads it. The sampler's thread alone uses it.
final class Gpu {
  private static final Logger LOG = LoggerFactory.getLogger(Gpu.class);

  /// A GPU that does not answer as it should is asked again so often, in rounds.
  private static final int AGAIN_ROUNDS = 10;

  private final Set<String> failing = new HashSet<>();
  private final GpuSeries series;
  private final Duration hang;
  private final Crew crew;
  private Worker<Round> worker;
  private Identity identity;
  private @Nullable GpuReader reader;
  private State state;
  private Instant since;
  private String why = "";
  private boolean asked;
  private @Nullable GpuUse use;
  private Map<String, String> instances = Map.of();

  private boolean late;

  /// @param state OK for one that was found, MISSING for one that is only known of
  /// @param hang how long a call may take before the GPU counts as one that does not answer
  /// @param crew threads that all GPUs share
  Gpu(Identity identity, State state, Instant now, Duration hang, Crew crew) {
    this.identity = identity;
    this.crew = crew;
    this.hang = hang;
    this.state = state;
    this.since = now;
    series = new GpuSeries(identity.uuid());
    worker = new Worker<>(crew);
  }

  Identity identity() {
    return identity;
  }

  State state() {
    return state;
  }

  /// The driver has it, under this handle and index.
  void found(Nvml nvml, Pointer device, Driver driver, Identity present) {
    identity = present;
    if (worker.isBusy()) {
      return; // still hangs in the call before; when that returns it counts as found again
    }
    closeReader();
    reader = new GpuReader(nvml, device, present.uuid(), driver);
  }

  /// The driver tells other facts of it than before.
  void changed(Identity present) {
    identity = present;
  }

  private void closeReader() {
    GpuReader before = reader;
    reader = null;
    if (before != null && !worker.isBusy()) {
      before.close();
    }
  }

  /// The library is closed: nothing is asked until it is found again.
  void forgetLibrary() {
    closeReader();
    if (worker.isBusy()) {
      worker = new Worker<>(crew);
    }
  }

  boolean hangs() {
    return worker.isBusy();
  }

  /// Who uses it, as this round was told; null when it was not.
  @Nullable GpuUse use() {
    return use;
  }

  /// Begins a round, where there is somebody to ask.
  ///
  /// @param slowRound as in [GpuReader#read]
  void begin(long round, long slowRound) {
    GpuReader now = reader;
    boolean answersOrHangs = state == State.OK || state == State.UNRESPONSIVE;
    asked = now != null && (answersOrHangs || round % AGAIN_ROUNDS == 0 || worker.isBusy());
    if (asked && now != null) {
      int index = identity.index();
      late = worker.isBusy();
      worker.begin(() -> now.read(index, slowRound));
    }
  }

  /// Waits for what was begun, unless it is known to hang.
  ///
  /// @param untilNanos as in [#end]
  void settle(long untilNanos) throws InterruptedException {
    if (asked && !late) {
      worker.settle(untilNanos);
    }
  }

  /// Ends the round: takes what was read, and how it stands with the GPU.
  ///
  /// @param untilNanos waits so long at most, by the monotonic clock
  /// @return what the library's code is when it is gone as a whole; else 0
  int end(Notes notes, Instant now, long untilNanos) throws InterruptedException {
    int gone = 0;
    use = null;
    if (asked) {
      try {
        // One that was waited for in vain is not waited for again.
        Round round = worker.await(late ? System.nanoTime() : untilNanos);
        if (round == null) {
          hangs(notes, now);
        } else if (round.samples().isEmpty()) {
          silent(round.failures(), notes, now);
        } else {
          become(State.OK, "", notes, now);
          round.samples().forEach(notes::add);
          use = round.use();
          split(round.instances(), notes);
          tell(round.failures(), notes);
        }
      } catch (ExecutionException e) {
        gone = failed(e.getCause(), notes, now);
      }
    }
    state(now).forEach(notes::add);
    return gone;
  }

  /// One that tells nothing at all does not answer, whatever the code.
  private void silent(Map<String, Integer> failures, Notes notes, Instant now) {
    if (state == State.OK) {
      String reason =
          failures.isEmpty() ? "" : ": " + ReturnCode.words(failures.values().iterator().next());
      become(State.UNRESPONSIVE, "no call gives a value" + reason, notes, now);
    }
  }

  /// A server under load answers late, and is healthy; so is a GPU each of whose calls returns.
  private void hangs(Notes notes, Instant now) {
    GpuReader asking = reader;
    if (asking != null && asking.callNanos() >= hang.toNanos()) {
      become(State.UNRESPONSIVE, Listing.HANGS, notes, now);
    }
  }

  private int failed(@Nullable Throwable cause, Notes notes, Instant now) {
    if (cause instanceof NvmlException answer) {
      if (ReturnCode.isLibraryGone(answer.code())) {
        return answer.code();
      }
      become(State.of(answer.code()), String.valueOf(answer.getMessage()), notes, now);
    } else {
      LOG.error("gpu can't be read uuid={}", identity.uuid(), cause);
      notes.failed("gpu/" + identity.uuid(), "all", String.valueOf(cause));
    }
    return 0;
  }

  /// The state as of now, which is said whether the GPU answers or not.
  private List<Sample> state(Instant now) {
    series.begin();
    if (state == State.OK && reader == null && identity.known()) {
      return series.samples(); // the library is gone: nobody knows
    }
    series.add("state", (long) state.number);
    series.add("state_age", Math.max(0, since.until(now).toMillis() / 1e3));
    return series.samples();
  }

  /// Takes another state, and says so once.
  void become(State next, String reason, Notes notes, Instant now) {
    if (next == state) {
      return;
    }
    State before = state;
    state = next;
    since = now;
    why = reason;
    String body =
        "GPU "
            + identity.index()
            + (identity.known() ? " (" + identity.uuid() + ", " + identity.pci() + ")" : "")
            + " is "
            + next.label
            + (why.isEmpty() ? "" : ": " + why)
            + (before == State.OK ? "" : "; before: " + before.label);
    if (next == State.OK) {
      LOG.info("gpu answers again uuid={} before={}", identity.uuid(), before.label);
    } else {
      LOG.warn("gpu {} uuid={} reason=\"{}\"", next.label, identity.uuid(), why);
    }
    notes.event(
        "lockstep.gpu.state.changed",
        body,
        Map.of(
            "hw.id",
            identity.uuid(),
            "lockstep.gpu.pci.address",
            identity.pci(),
            "lockstep.gpu.state",
            next.label,
            "lockstep.gpu.state.before",
            before.label,
            "error.message",
            why));
  }

  /// Instances come and go while the agent runs.
  private void split(@Nullable Map<String, String> now, Notes notes) {
    if (now == null) {
      return;
    }
    instances.forEach((mig, profile) -> {
      if (!now.containsKey(mig)) {
        split("removed", " has lost its MIG instance ", mig, profile, notes);
      }
    });
    now.forEach((mig, profile) -> {
      if (!instances.containsKey(mig)) {
        split("added", " has the MIG instance ", mig, profile, notes);
      }
    });
    instances = now;
  }

  private void split(String what, String words, String mig, String profile, Notes notes) {
    notes.event(
        "lockstep.gpu.mig." + what,
        "GPU " + identity.index() + " (" + identity.uuid() + ")" + words + profile + " " + mig,
        Map.of("hw.id", identity.uuid(), "hw.name", profile, "lockstep.gpu.mig.uuid", mig));
  }

  private void tell(Map<String, Integer> failures, Notes notes) {
    String group = "gpu/" + identity.uuid();
    failures.forEach((function, code) -> {
      if (failing.add(function)) {
        notes.failed(group, function, ReturnCode.words(code));
      }
    });
    for (String function : new ArrayList<>(failing)) {
      if (!failures.containsKey(function)) {
        failing.remove(function);
        notes.recovered(group, function);
      }
    }
  }
}
