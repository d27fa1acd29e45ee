package io.lockstep.collector.detect;

import java.util.Arrays;

/// Median and median absolute deviation: half of the values may be wild without moving them much.
///
/// @param median NaN when there was no value
/// @param deviation median distance from the median; NaN likewise
record Spread(double median, double deviation) {
  /// Makes the deviation comparable to a normal distribution's standard deviation.
  static final double TO_SIGMA = 1.4826;

  /// @param values in any order; NaN is left out
  static Spread of(double[] values) {
    double[] sorted = present(values);
    double median = middle(sorted);
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = Math.abs(sorted[i] - median);
    }
    Arrays.sort(sorted);
    return new Spread(median, middle(sorted));
  }

  /// The median of the values that are not NaN; NaN when there is none.
  static double median(double[] values) {
    return middle(present(values));
  }

  private static double[] present(double[] values) {
    return Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
  }

  private static double middle(double[] sorted) {
    int half = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
