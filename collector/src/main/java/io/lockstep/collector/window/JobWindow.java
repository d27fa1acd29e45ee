package io.lockstep.collector.window;

import io.lockstep.telemetry.rows.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One attempt of a job: its ranks and its last iterations. One thread adds and seals; any thread
/// may read, and sees sealed iterations only.
///
/// An iteration is sealed when every rank that can be expected is in, or two median steps after its
/// first rank came in. A rank that missed [#PATIENCE] iterations on end is not waited for until it
/// is heard again. Iterations are sealed in their order.
public final class JobWindow {
  /// Iterations that are kept.
  public static final int KEPT = 256;

  /// Iterations that may be open at a time; beyond, the oldest is sealed as it is.
  private static final int OPEN = 16;

  /// As many ranks as any window has room for are read back.
  private static final int RANKS_RECALLED = 100_000;

  private static final int PATIENCE = 2;
  private static final long SECOND = 1_000_000_000L;
  private static final int STEPS_FOR_MEDIAN = 15;

  private final String job;
  private final String attempt;
  private final TreeMap<Long, OpenIteration> open = new TreeMap<>();

  /// Iterations that rank n missed on end, at place n.
  private int[] missed = {};

  private int backwards;
  private long lastSealed = Long.MIN_VALUE;
  private volatile int worldSize;
  private volatile @Nullable Rank[] ranks = {};
  private volatile List<Iteration> iterations = List.of();
  private volatile long lastArrivalNanos;
  private volatile long firstIteration = -1;

  JobWindow(String job, String attempt) {
    this.job = job;
    this.attempt = attempt;
  }

  public String job() {
    return job;
  }

  public String attempt() {
    return attempt;
  }

  /// How many ranks the job says it has; 0 when it did not say.
  public int worldSize() {
    return worldSize;
  }

  /// Who rank n is, at place n; null at the place of a rank that was never heard. A snapshot, not
  /// to be changed.
  public @Nullable Rank[] ranks() {
    return ranks;
  }

  /// The sealed iterations, oldest first, at most [#KEPT]; empty when none is sealed yet.
  public List<Iteration> iterations() {
    return iterations;
  }

  /// The last sealed iteration, or null when there is none.
  public @Nullable Iteration last() {
    List<Iteration> now = iterations;
    return now.isEmpty() ? null : now.getLast();
  }

  /// How many ranks are expected: what the job says, else those ever heard.
  public int expected() {
    return worldSize > 0 ? worldSize : heard();
  }

  /// Arrival of its last step, by the collector's clock, Unix nanoseconds.
  public long lastArrivalNanos() {
    return lastArrivalNanos;
  }

  /// Number of the first iteration that was sealed; −1 when there was none.
  public long firstIteration() {
    return firstIteration;
  }

  /// Median length of the last steps, seconds; NaN when none is known.
  public double medianStepSeconds() {
    List<Iteration> now = iterations;
    List<Iteration> some = now.subList(Math.max(0, now.size() - STEPS_FOR_MEDIAN), now.size());
    double[] steps =
        some.stream()
            .mapToDouble(Iteration::stepSeconds)
            .filter(step -> !Double.isNaN(step))
            .sorted()
            .toArray();
    return steps.length == 0 ? Double.NaN : steps[steps.length / 2];
  }

  /// How many ranks were ever heard here.
  public int heard() {
    int heard = 0;
    for (Rank rank : ranks) {
      heard += rank == null ? 0 : 1;
    }
    return heard;
  }

  /// What its sealed iterations take, bytes.
  long bytes() {
    return iterations.stream().mapToLong(Iteration::bytes).sum();
  }

  /// Ranks from 0 up to this have room in each iteration.
  int room() {
    return ranks.length;
  }

  /// What became of a step.
  enum Taken {
    NEW,
    REPEATED,
    LATE
  }

  /// Takes a step.
  ///
  /// @param endNanos its end by the collector's clock
  Taken add(Step step, long endNanos, long arrivalNanos) {
    lastArrivalNanos = Math.max(lastArrivalNanos, arrivalNanos);
    worldSize = Math.max(worldSize, step.worldSize());
    know(step);
    if (step.iteration() <= lastSealed) {
      missed[step.rank()] = 0;
      if (!begunAnew(endNanos)) {
        return Taken.LATE;
      }
    }
    backwards = 0;
    OpenIteration iteration =
        open.computeIfAbsent(
            step.iteration(), number -> new OpenIteration(number, arrivalNanos, endNanos));
    if (iteration.has(step.rank())) {
      return Taken.REPEATED;
    }
    missed[step.rank()] = 0;
    iteration.add(step.rank(), step.row(), endNanos, ranks.length);
    if (open.size() > OPEN) {
      sealFirst();
    }
    return Taken.NEW;
  }

  /// One that is filled from the store, to be taken by a window.
  public static JobWindow recalled(String job, String attempt) {
    return new JobWindow(job, attempt);
  }

  /// Takes a step from the store, as if it had come when it ended.
  ///
  /// @param endNanos its end by the collector's clock
  public void recall(Step step, long endNanos) {
    if (step.rank() < 0 || step.rank() >= RANKS_RECALLED) {
      return;
    }
    seal(endNanos);
    add(step, endNanos, endNanos);
  }

  /// Takes what was known before: iterations before those that came since, and ranks that were not
  /// heard since.
  void recall(JobWindow before) {
    List<Iteration> now = iterations;
    long first = now.isEmpty() ? Long.MAX_VALUE : now.getFirst().number();
    first = open.isEmpty() ? first : Math.min(first, open.firstKey());
    var all = new ArrayList<Iteration>(KEPT);
    for (Iteration one : before.iterations) {
      if (one.number() < first) {
        all.add(one);
      }
    }
    all.addAll(now);
    iterations = List.copyOf(all.subList(Math.max(0, all.size() - KEPT), all.size()));
    if (!iterations.isEmpty()) {
      lastSealed = iterations.getLast().number();
      boolean earlier = before.firstIteration >= 0 && before.firstIteration < first;
      firstIteration = earlier ? before.firstIteration : firstIteration;
    }
    worldSize = Math.max(worldSize, before.worldSize);
    recallRanks(before.ranks);
  }

  private void recallRanks(@Nullable Rank[] before) {
    var all = Arrays.copyOf(ranks, Math.max(ranks.length, before.length));
    for (int rank = 0; rank < before.length; rank++) {
      if (all[rank] == null) {
        all[rank] = before[rank];
      }
    }
    missed = Arrays.copyOf(missed, Math.max(missed.length, all.length));
    ranks = all;
  }

  private void know(Step step) {
    int place = step.rank();
    @Nullable Rank[] known = ranks;
    Rank before = place < known.length ? known[place] : null;
    if (before != null && same(before, step)) {
      return;
    }
    var next = Arrays.copyOf(known, Math.max(known.length, place + 1));
    next[place] =
        new Rank(place, step.row().host(), step.gpu(), step.pipelineStage(), step.expertGroup());
    ranks = next;
    if (place >= missed.length) {
      missed = Arrays.copyOf(missed, place + 1);
    }
  }

  private static boolean same(Rank rank, Step step) {
    return rank.stage() == step.pipelineStage()
        && rank.expertGroup() == step.expertGroup()
        && rank.host().equals(step.row().host())
        && rank.gpu().equals(step.gpu());
  }

  /// Whether the job counts from an earlier iteration again without saying that this is a new
  /// attempt: numbers are old and times are new, for half the ranks without one that goes on. What
  /// was kept is forgotten then.
  private boolean begunAnew(long endNanos) {
    Iteration last = last();
    if (last == null || endNanos < last.endNanos() + deadlineNanos(last.stepSeconds())) {
      return false;
    }
    backwards++;
    if (backwards <= expected() / 2) {
      return false;
    }
    open.clear();
    iterations = List.of();
    lastSealed = Long.MIN_VALUE;
    firstIteration = -1;
    return true;
  }

  /// Seals what is complete or overdue.
  void seal(long nowNanos) {
    while (!open.isEmpty()) {
      OpenIteration first = open.firstEntry().getValue();
      boolean due = nowNanos >= first.firstArrivalNanos() + deadlineNanos(medianStepSeconds());
      if (!due && !complete(first)) {
        return;
      }
      sealFirst();
    }
  }

  private static long deadlineNanos(double stepSeconds) {
    double wait = Double.isNaN(stepSeconds) ? 10 : Math.clamp(2 * stepSeconds, 2, 120);
    return (long) (wait * SECOND);
  }

  private boolean complete(OpenIteration iteration) {
    int expected = expected();
    BitSet in = iteration.ranks();
    if (in.cardinality() >= expected) {
      return true;
    }
    for (int rank = in.nextClearBit(0); rank < expected; rank = in.nextClearBit(rank + 1)) {
      if (rank >= missed.length || missed[rank] < PATIENCE) {
        return false;
      }
    }
    return true;
  }

  private void sealFirst() {
    OpenIteration first = open.pollFirstEntry().getValue();
    boolean complete = complete(first);
    if (missed.length < expected()) {
      missed = Arrays.copyOf(missed, expected());
    }
    for (int rank = 0; rank < missed.length; rank++) {
      missed[rank] = first.has(rank) ? 0 : missed[rank] + 1;
    }
    Iteration sealed = first.seal(complete);
    lastSealed = sealed.number();
    if (firstIteration < 0) {
      firstIteration = sealed.number();
    }
    List<Iteration> now = iterations;
    var next = new ArrayList<Iteration>(KEPT);
    next.addAll(now.subList(now.size() == KEPT ? 1 : 0, now.size()));
    next.add(sealed);
    iterations = List.copyOf(next);
  }
}
