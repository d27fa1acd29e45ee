package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.Worker;
import io.lockstep.agent.sample.nvml.Listing.Problem;
import io.lockstep.agent.sample.nvml.Listing.Progress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the GPUs listed when it is time to, without those in which a call hangs. One thread; what
/// may hang is done on another.
final class Lister implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lister.class);
  private static final int ROUNDS = 60;

  /// Where a GPU is not well.
  private static final int AGAIN_ROUNDS = 10;

  /// Where there was no list; twice as many after each failure.
  private static final int FAILED_ROUNDS = 5;

  private static final int FAILED_ROUNDS_MAX = 60;

  /// By index, who lists no more because the call about that GPU does not return.
  private final Map<Integer, Worker<Listing>> stuck = new HashMap<>();

  private final NvmlConfig config;
  private final Library library;
  private final Roll gpus;
  private Worker<Listing> worker = new Worker<>("gpu-list");
  private Marks marks = Marks.NONE;
  private Progress progress = new Progress(marks);
  private String trouble = "";
  private long leftOut;
  private boolean listing;
  private long next;
  private int failedRounds = FAILED_ROUNDS;

  /// @param library is opened with the first list
  /// @param gpus those that are known of: one in which its own call hangs is not asked
  Lister(NvmlConfig config, Library library, Roll gpus) {
    this.config = config;
    this.library = library;
    this.gpus = gpus;
  }

  /// Notes from now on which GPU the library is asked about.
  void markedIn(Marks file) {
    marks = file;
    progress = new Progress(file);
  }

  /// Leaves GPUs alone from this round on, and no others.
  ///
  /// @param indexes the driver's, as bits
  void leaveOut(long indexes, long round) {
    if (indexes != leftOut) {
      leftOut = indexes;
      next = round;
    }
  }

  /// Why GPUs can't be listed, or not all of them; empty when they can.
  String trouble() {
    return trouble;
  }

  /// Whether somebody hangs in the library on its account.
  boolean hangs() {
    return worker.isBusy() || !stuck.isEmpty();
  }

  /// The next list is made in this round, whatever was planned.
  void listIn(long round) {
    next = round;
  }

  /// Lists anew when it is time to.
  ///
  /// @param untilNanos waits so long at most for the list, by the monotonic clock
  /// @return the list, in the round in which it is there; else null
  /// @throws ExecutionException with what there is instead of a list
  @Nullable Listing list(long round, long untilNanos)
      throws ExecutionException, InterruptedException {
    if (stuck.values().removeIf(one -> !one.isBusy())) {
      next = round;
    }
    if (!listing && round >= next) {
      progress = new Progress(marks);
      worker.begin(Listing.of(library.nvml(), config.library(), unasked(), progress));
      listing = true;
    }
    if (!listing) {
      return null;
    }
    try {
      Listing there = worker.await(untilNanos);
      listing = there == null;
      if (there == null && progress.nanos() >= config.hang().toNanos()) {
        stuck(round);
      }
      return there;
    } catch (ExecutionException e) {
      listing = false;
      throw e;
    }
  }

  private Map<Integer, String> unasked() {
    Map<Integer, String> why = new HashMap<>();
    for (int index = 0; index < Long.SIZE; index++) {
      if ((leftOut >>> index & 1) != 0) {
        why.put(index, Listing.LEFT_OUT);
      }
    }
    stuck.keySet().forEach(index -> why.put(index, Listing.HANGS));
    gpus.all().stream()
        .filter(Gpu::hangs)
        .forEach(gpu -> why.put(gpu.identity().index(), Listing.HANGS));
    return why;
  }

  /// The list does without the GPU in which it hangs, on another thread.
  private void stuck(long round) {
    int index = progress.index();
    if (index < 0) {
      String why = "the library does not answer: " + Listing.HANGS;
      if (!why.equals(trouble)) {
        trouble = why;
        LOG.warn("gpu off: {}", why);
      }
      return;
    }
    LOG.warn("gpu list goes on without one: GPU {}: {}", index, Listing.HANGS);
    stuck.put(index, worker);
    library.isOpen(progress.nvml());
    worker = new Worker<>("gpu-list");
    listing = false;
    next = round;
  }

  /// The list was taken: says what is missing in it.
  ///
  /// @param well whether all GPUs are, so that the next list has time
  void taken(Listing there, boolean well, long round) {
    String now = words(there.problems());
    if (!now.equals(trouble)) {
      trouble = now;
      if (!now.isEmpty()) {
        LOG.warn("gpu list is not whole: {}", now);
      }
    }
    failedRounds = FAILED_ROUNDS;
    next = round + (well ? ROUNDS : AGAIN_ROUNDS);
  }

  private static String words(List<Problem> problems) {
    return problems.stream()
        .filter(problem -> problem.state() == State.OK) // the others are a state of their own
        .map(Problem::toString)
        .collect(Collectors.joining("; "));
  }

  /// There was no list: tries again later.
  ///
  /// @param why with how to mend it
  void failed(String why, long round) {
    if (!why.equals(trouble)) {
      trouble = why;
      LOG.info("gpu off: {}", why);
    }
    next = round + failedRounds;
    failedRounds = Math.min(2 * failedRounds, FAILED_ROUNDS_MAX);
  }

  /// Lists no more; whoever hangs is not waited for.
  @Override
  public void close() {
    worker.close();
  }
}
