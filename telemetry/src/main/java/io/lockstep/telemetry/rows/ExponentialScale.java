package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;

/// The buckets of an exponential histogram's point. Bucket `i` holds values above base^i up to
/// base^(i+1), where base is 2^(2^−scale); the negative ones mirror it; those nearest to zero share
/// a bucket.
///
/// Source: <https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram>.
final class ExponentialScale {
  /// Beyond the SDKs' −10 to 20.
  private static final int SCALE_MAX = 32;

  private final Numbers positive = new Numbers();
  private final Numbers negative = new Numbers();
  private long positiveOffset;
  private long negativeOffset;
  private long scale;
  private double zeroCount;
  private double zeroThreshold;

  /// Reads a field of ExponentialHistogramDataPoint: 6 scale, 7 zero_count, 8 positive, 9 negative,
  /// 14 zero_threshold.
  void read(ProtoCursor point) throws OtlpException {
    switch (point.field()) {
      case 6 -> scale = zigzag(point.number());
      case 7 -> zeroCount = Numbers.unsigned(point.number());
      case 8 -> positiveOffset = buckets(point.message(), positive);
      case 9 -> negativeOffset = buckets(point.message(), negative);
      case 14 -> zeroThreshold = point.real() + 0.0; // −0 becomes 0
      default -> point.skip();
    }
  }

  private static long buckets(ProtoCursor buckets, Numbers counts) throws OtlpException {
    long offset = 0;
    while (buckets.next()) {
      switch (buckets.field()) {
        case 1 -> offset = zigzag(buckets.number());
        case 2 -> counts.addVarints(buckets);
        default -> buckets.skip();
      }
    }
    return offset;
  }

  /// A sint32.
  private static int zigzag(long raw) {
    int bits = (int) raw;
    return (bits >>> 1) ^ -(bits & 1);
  }

  /// Why the point can't be taken, as the end of a sentence; empty when it can.
  String refusal() {
    if (positive.size() + negative.size() > Numbers.MAX) {
      return "has "
          + (positive.size() + negative.size())
          + " buckets, at most "
          + Numbers.MAX
          + " are taken";
    }
    if (Math.abs(scale) > SCALE_MAX) {
      return "has the scale " + scale + ", at most " + SCALE_MAX + " is taken";
    }
    return zeroThreshold >= 0 ? "" : "has the zero threshold " + zeroThreshold;
  }

  /// Tells the buckets from the lowest to the highest. Those whose bound is lost in rounding, or
  /// within the zero bucket, are counted into the next.
  void addTo(Buckets buckets) {
    double before = Double.NEGATIVE_INFINITY;
    for (int i = negative.size() - 1; i >= 0; i--) {
      double bound = -bound(negativeOffset + i);
      buckets.count(negative.get(i));
      if (bound > before && bound < -zeroThreshold) {
        buckets.bound(bound);
        before = bound;
      }
    }
    buckets.count(zeroCount);
    if (zeroCount > 0 || negative.size() > 0) {
      buckets.bound(zeroThreshold);
    }
    before = zeroThreshold;
    for (int i = 0; i < positive.size(); i++) {
      double bound = bound(positiveOffset + i + 1);
      buckets.count(positive.get(i));
      if (bound > before) {
        buckets.bound(bound);
        before = bound;
      }
    }
    buckets.end();
  }

  /// base^index
  private double bound(long index) {
    return Math.pow(2, Math.scalb((double) index, (int) -scale));
  }
}
