package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.AttributeMap;

/// Writes the buckets of one histogram point as narrow rows, each counted up from the lowest.
final class Buckets {
  private final BatchRows rows;
  private final MetricHeader metric;
  private final AttributeMap attributes;
  private final long timeNanos;
  private double below;
  private boolean refused;

  Buckets(BatchRows rows, MetricHeader metric, AttributeMap attributes, long timeNanos) {
    this.rows = rows;
    this.metric = metric;
    this.attributes = attributes;
    this.timeNanos = timeNanos;
  }

  /// What the next bucket holds.
  void count(double count) {
    below += count;
  }

  /// Ends a bucket. What lies in one without a finite upper bound is told by the last one.
  ///
  /// @param bound its upper bound, above that of the one before
  void bound(double bound) {
    if (Double.isFinite(bound)) {
      row(Double.toString(bound));
    }
  }

  /// Ends the last bucket, which has no upper bound.
  void end() {
    row("+Inf");
  }

  private void row(String bound) {
    if (!refused) {
      String json = attributes.with("le", bound).toJson();
      refused = !rows.add(metric, ".bucket", json, timeNanos, below);
    }
  }
}
