package io.lockstep.collector.detect;

import io.lockstep.collector.window.Iteration;
import io.lockstep.telemetry.contract.Column;
import java.util.Arrays;
import java.util.List;

/// Takes honest differences out of a comparison: a rank with longer sequences has more to do, by T
/// ≈ αN + βΣl² with N its tokens and l the lengths of its sequences (what-if analysis of
/// stragglers, arXiv 2505.05713, where one slowed job in five was slow by that).
///
/// α and β are fitted to the group's own figures, with little weight to ranks that do not fit, so
/// that a slow rank does not explain itself away.
final class SequenceLength {
  /// Differences in load below this share are not worth a fit.
  private static final double SPREAD = 0.005;

  /// Fewer ranks do not bear a fit.
  private static final int RANKS = 8;

  private static final int ROUNDS = 10;

  /// Residuals beyond so many deviations lose weight (Huber).
  private static final double HUBER = 1.5;

  private SequenceLength() {}

  /// @param used iterations
  /// @param ranks the group
  /// @param relative own work as a share above the median, for each iteration and rank; changed
  ///   here
  static void takeOut(List<Iteration> used, int[] ranks, List<double[]> relative) {
    if (ranks.length < RANKS || used.isEmpty()) {
      return;
    }
    double[] work = flat(relative);
    double[] tokens = load(used, ranks, OwnWork.TOKENS);
    double[] squares = load(used, ranks, OwnWork.LENGTH_SQUARES);
    if (tokens.length == 0 && squares.length == 0) {
      return;
    }
    double[] one = tokens.length == 0 ? squares : tokens;
    double[] other = tokens.length == 0 ? tokens : squares;
    double[] slopes = fit(work, one, other);
    for (int i = 0; i < work.length; i++) {
      double explained = slopes[0] * one[i] + (other.length == 0 ? 0 : slopes[1] * other[i]);
      relative.get(i / ranks.length)[i % ranks.length] -= explained;
    }
  }

  private static double[] flat(List<double[]> values) {
    return values.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  /// The load of each iteration and rank as a share above the iteration's median; empty when it is
  /// not known throughout or all ranks have the same.
  private static double[] load(List<Iteration> used, int[] ranks, Column column) {
    var load = new double[used.size() * ranks.length];
    double widest = 0;
    for (int i = 0; i < used.size(); i++) {
      Iteration iteration = used.get(i);
      double[] values =
          Arrays.stream(ranks).mapToDouble(rank -> iteration.value(rank, column)).toArray();
      Spread spread = Spread.of(values);
      if (!(spread.median() > 0)) {
        return new double[0];
      }
      widest = Math.max(widest, spread.deviation() / spread.median());
      for (int rank = 0; rank < values.length; rank++) {
        load[i * ranks.length + rank] = values[rank] / spread.median() - 1;
      }
    }
    return widest < SPREAD ? new double[0] : load;
  }

  /// Slopes of work over one load and, where there is one, another; each from 0 to 1, because a
  /// load explains at most the whole of the work.
  private static double[] fit(double[] work, double[] one, double[] other) {
    var slopes = new double[2];
    var weights = new double[work.length];
    Arrays.fill(weights, 1);
    for (int round = 0; round < ROUNDS; round++) {
      solve(work, one, other, weights, slopes);
      reweigh(work, one, other, weights, slopes);
    }
    return slopes;
  }

  private static void solve(
      double[] work, double[] one, double[] other, double[] weights, double[] slopes) {
    double aa = 1e-9;
    double ab = 0;
    double bb = 1e-9;
    double ay = 0;
    double by = 0;
    for (int i = 0; i < work.length; i++) {
      double b = other.length == 0 ? 0 : other[i];
      if (known(work, one, other, i)) {
        aa += weights[i] * one[i] * one[i];
        ab += weights[i] * one[i] * b;
        bb += weights[i] * b * b;
        ay += weights[i] * one[i] * work[i];
        by += weights[i] * b * work[i];
      }
    }
    double determinant = aa * bb - ab * ab;
    if (other.length == 0 || determinant < 1e-6 * aa * bb) {
      slopes[0] = Math.clamp(ay / aa, 0, 1);
      return;
    }
    slopes[0] = Math.clamp((ay * bb - by * ab) / determinant, 0, 1);
    slopes[1] = Math.clamp((by * aa - ay * ab) / determinant, 0, 1);
  }

  private static void reweigh(
      double[] work, double[] one, double[] other, double[] weights, double[] slopes) {
    var rest = new double[work.length];
    for (int i = 0; i < work.length; i++) {
      rest[i] = work[i] - slopes[0] * one[i] - (other.length == 0 ? 0 : slopes[1] * other[i]);
    }
    double bend = HUBER * Spread.TO_SIGMA * Spread.of(rest).deviation();
    for (int i = 0; i < rest.length; i++) {
      weights[i] = Math.abs(rest[i]) <= bend ? 1 : bend / Math.abs(rest[i]);
    }
  }

  private static boolean known(double[] work, double[] one, double[] other, int i) {
    return !Double.isNaN(work[i])
        && !Double.isNaN(one[i])
        && (other.length == 0 || !Double.isNaN(other[i]));
  }
}
