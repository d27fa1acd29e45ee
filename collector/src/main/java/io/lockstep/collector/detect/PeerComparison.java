package io.lockstep.collector.detect;

import io.lockstep.collector.window.Iteration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A group of ranks with equal work, compared with each other over the newest iterations that can
/// be used.
final class PeerComparison {
  /// The culprit's longer work must show as shorter waiting, at least by this part of it.
  private static final double PART_SEEN_IN_WAIT = 0.5;

  /// An iteration in which the whole group took this much longer than usual is a hiccup of all.
  private static final double TOGETHER = 1.3;

  /// An iteration whose ranks paused for this part of the step or more, in the median, is left out.
  private static final double PAUSED = 0.05;

  private static final int SOME_PEERS = 64;

  /// Iterations from which the usual own work of the group is taken.
  private static final int USUAL = 15;

  private final StragglerDetector.Config config;
  private final EqualWork work;
  private final int[] ranks;
  private final List<Iteration> used = new ArrayList<>();
  private final List<double[]> excess = new ArrayList<>();
  private final List<Double> margins = new ArrayList<>();
  private final List<Double> medians = new ArrayList<>();
  private double seconds;

  /// @param ranks the group, in the order of ranks
  /// @param iterations oldest first
  PeerComparison(
      StragglerDetector.Config config, EqualWork work, int[] ranks, List<Iteration> iterations) {
    this.config = config;
    this.work = work;
    this.ranks = ranks;
    choose(iterations);
  }

  private void choose(List<Iteration> iterations) {
    List<double[]> own = new ArrayList<>();
    double usual = usual(iterations);
    int oldest = Math.max(0, iterations.size() - config.lookback());
    for (int i = iterations.size() - 1; i >= oldest && !enough(); i--) {
      double[] seconds = own(iterations.get(i));
      if (usable(iterations.get(i), seconds, usual)) {
        own.add(seconds);
        used.add(iterations.get(i));
        this.seconds += iterations.get(i).stepSeconds();
      }
    }
    for (int i = 0; i < used.size(); i++) {
      medians.add(Spread.median(own.get(i)));
    }
    List<double[]> relative = relative(own);
    SequenceLength.takeOut(used, ranks, relative);
    for (double[] one : relative) {
      Spread spread = Spread.of(one);
      for (int rank = 0; rank < one.length; rank++) {
        one[rank] -= spread.median();
      }
      excess.add(one);
      double noise = config.sigmas() * Spread.TO_SIGMA * spread.deviation();
      margins.add(Math.max(config.margin(), noise));
    }
  }

  private double usual(List<Iteration> iterations) {
    int from = Math.max(0, iterations.size() - USUAL);
    return Spread.median(
        iterations.subList(from, iterations.size()).stream()
            .mapToDouble(iteration -> Spread.median(own(iteration)))
            .toArray());
  }

  private double[] own(Iteration iteration) {
    return Arrays.stream(ranks)
        .mapToDouble(
            rank -> work.same(iteration, rank) ? OwnWork.seconds(iteration, rank) : Double.NaN)
        .toArray();
  }

  private boolean usable(Iteration iteration, double[] own, double usual) {
    long there = Arrays.stream(own).filter(seconds -> !Double.isNaN(seconds)).count();
    if (2 * there < ranks.length || there < config.peers()) {
      return false;
    }
    double paused =
        Spread.median(
            Arrays.stream(ranks).mapToDouble(rank -> OwnWork.pauses(iteration, rank)).toArray());
    return paused < PAUSED * iteration.stepSeconds() && Spread.median(own) <= TOGETHER * usual;
  }

  /// Own work of each rank as a share above the group's median.
  private List<double[]> relative(List<double[]> own) {
    var relative = new ArrayList<double[]>();
    for (int i = 0; i < own.size(); i++) {
      double median = medians.get(i);
      relative.add(Arrays.stream(own.get(i)).map(seconds -> seconds / median - 1).toArray());
    }
    return relative;
  }

  /// Whether the iterations in use are enough to judge by.
  boolean enough() {
    return used.size() >= config.iterations() && seconds >= config.evidence().toMillis() / 1e3;
  }

  /// The group, in the order of ranks.
  int[] ranks() {
    return ranks;
  }

  /// The iterations in use, newest first.
  List<Iteration> used() {
    return used;
  }

  /// The group's median own work in an iteration in use, seconds.
  double medianSeconds(int iteration) {
    return medians.get(iteration);
  }

  /// What the comparison says of a rank.
  enum Verdict {
    SLOW,
    FINE,
    UNCLEAR
  }

  /// Judges a rank.
  ///
  /// @param member its place in the group
  Verdict verdict(int member) {
    if (clearlySlow(member) || (enough() && steadilySlow(member))) {
      return waitsLess(member) ? Verdict.SLOW : Verdict.UNCLEAR;
    }
    if (!enough()) {
      return Verdict.UNCLEAR;
    }
    int there = 0;
    int slow = 0;
    for (int i = 0; i < used.size(); i++) {
      there += Double.isNaN(excess.get(i)[member]) ? 0 : 1;
      slow += excess.get(i)[member] > margins.get(i) ? 1 : 0;
    }
    return 2 * there >= used.size() && 4 * slow <= there ? Verdict.FINE : Verdict.UNCLEAR;
  }

  /// In the newest two iterations, if they are long, and far beyond the margin.
  private boolean clearlySlow(int member) {
    if (used.size() < 2
        || used.get(0).stepSeconds() + used.get(1).stepSeconds()
            < config.evidence().toMillis() / 1e3) {
      return false;
    }
    return excess.get(0)[member] > config.clear() * margins.get(0)
        && excess.get(1)[member] > config.clear() * margins.get(1);
  }

  /// In three quarters of the iterations in use, and in enough of them.
  private boolean steadilySlow(int member) {
    int there = 0;
    int slow = 0;
    for (int i = 0; i < used.size(); i++) {
      there += Double.isNaN(excess.get(i)[member]) ? 0 : 1;
      slow += excess.get(i)[member] > margins.get(i) ? 1 : 0;
    }
    return 2 * there >= used.size() && 4 * slow >= 3 * there && slow >= config.iterations();
  }

  private boolean waitsLess(int member) {
    var shorter = new double[used.size()];
    var longer = new double[used.size()];
    for (int i = 0; i < used.size(); i++) {
      Iteration iteration = used.get(i);
      double[] waits =
          Arrays.stream(ranks).mapToDouble(rank -> OwnWork.waiting(iteration, rank)).toArray();
      shorter[i] = Spread.median(waits) - waits[member];
      longer[i] = excess.get(i)[member] * medians.get(i);
    }
    return Spread.median(shorter) >= PART_SEEN_IN_WAIT * Spread.median(longer);
  }

  /// How much longer a rank works than its peers, median over the iterations in use, as a share.
  double excess(int member) {
    return Spread.median(excess.stream().mapToDouble(one -> one[member]).toArray());
  }

  /// The margin in an iteration in use, as a share of the median.
  double margin(int iteration) {
    return margins.get(iteration);
  }

  /// The longest own work of a rank within the margin, in an iteration in use: the pace that the
  /// group would have without its slow ranks, seconds.
  double paceSeconds(int iteration) {
    double[] own = excess.get(iteration);
    double most = 0;
    for (double one : own) {
      most = one <= margins.get(iteration) ? Math.max(most, one) : most;
    }
    return (1 + most) * medians.get(iteration);
  }

  /// The group's waiting in an iteration, median, seconds.
  double medianWaitSeconds(Iteration iteration) {
    return Spread.median(
        Arrays.stream(ranks).mapToDouble(rank -> OwnWork.waiting(iteration, rank)).toArray());
  }

  /// Whether a rank stands out in an iteration, which need not be one in use. Compared with some
  /// peers only, because this is asked for many iterations.
  boolean standsOut(Iteration iteration, int member) {
    int stride = Math.max(1, ranks.length / SOME_PEERS);
    var some = new double[(ranks.length + stride - 1) / stride];
    for (int i = 0; i < some.length; i++) {
      some[i] = OwnWork.seconds(iteration, ranks[i * stride]);
    }
    double own = OwnWork.seconds(iteration, ranks[member]);
    return own / Spread.median(some) - 1 > config.margin() / 2;
  }
}
