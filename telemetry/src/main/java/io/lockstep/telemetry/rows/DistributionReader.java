package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.AttributeMap;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;
import java.util.Map;
import java.util.TreeMap;

/// Reads the points of histograms, exponential histograms and summaries into narrow rows: count,
/// sum, and one row for each bucket (counted up from the lowest, as Prometheus does) or quantile.
final class DistributionReader {
  private final BatchRows rows;

  DistributionReader(BatchRows rows) {
    this.rows = rows;
  }

  /// A HistogramDataPoint. Its sum may be absent.
  void histogram(ProtoCursor point, MetricHeader metric) throws OtlpException {
    var total = new Total(Double.NaN);
    var counts = new Numbers();
    var bounds = new Numbers();
    while (point.next()) {
      switch (point.field()) {
        case 3, 4, 5 -> total.read(point);
        case 6 -> counts.addFixed(point);
        case 7 -> bounds.addReals(point);
        case 9 -> total.attributes.add(point.message());
        case 10 -> total.flags = point.number();
        default -> point.skip();
      }
    }
    if (!taken(total, metric)) {
      return;
    }
    if (counts.size() > Numbers.MAX) {
      refuse(metric, "has " + counts.size() + " buckets, at most " + Numbers.MAX + " are taken");
    } else if (counts.size() > 0 && bounds.size() != counts.size() - 1) {
      refuse(metric, "has " + counts.size() + " buckets and " + bounds.size() + " bounds");
    } else if (!ascending(bounds)) {
      refuse(metric, "has bounds that do not ascend");
    } else if (total(total, metric) && counts.size() > 0) {
      var buckets = new Buckets(rows, metric, total.attributes, total.time);
      for (int i = 0; i < bounds.size(); i++) {
        buckets.count(counts.get(i));
        buckets.bound(bounds.get(i));
      }
      buckets.count(counts.get(bounds.size()));
      buckets.end();
    }
  }

  private static boolean ascending(Numbers bounds) {
    double before = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < bounds.size(); i++) {
      if (!(bounds.get(i) > before)) {
        return false;
      }
      before = bounds.get(i);
    }
    return true;
  }

  /// An ExponentialHistogramDataPoint. Its sum may be absent.
  void exponential(ProtoCursor point, MetricHeader metric) throws OtlpException {
    var total = new Total(Double.NaN);
    var scale = new ExponentialScale();
    while (point.next()) {
      switch (point.field()) {
        case 1 -> total.attributes.add(point.message());
        case 3, 4, 5 -> total.read(point);
        case 10 -> total.flags = point.number();
        default -> scale.read(point);
      }
    }
    if (!taken(total, metric)) {
      return;
    }
    String refusal = scale.refusal();
    if (!refusal.isEmpty()) {
      refuse(metric, refusal);
      return;
    }
    if (total(total, metric)) {
      scale.addTo(new Buckets(rows, metric, total.attributes, total.time));
    }
  }

  /// A SummaryDataPoint. Its sum is always there, 0 being left out on the wire.
  void summary(ProtoCursor point, MetricHeader metric) throws OtlpException {
    var total = new Total(0);
    var quantiles = new TreeMap<Double, Double>();
    while (point.next()) {
      switch (point.field()) {
        case 3, 4, 5 -> total.read(point);
        case 6 -> quantile(point.message(), quantiles);
        case 7 -> total.attributes.add(point.message());
        case 8 -> total.flags = point.number();
        default -> point.skip();
      }
    }
    if (!taken(total, metric)) {
      return;
    }
    if (quantiles.size() > Numbers.MAX) {
      refuse(metric, "has more than " + Numbers.MAX + " quantiles");
      return;
    }
    boolean kept = total(total, metric);
    for (var one : quantiles.entrySet()) {
      String attributes = total.attributes.with("quantile", one.getKey().toString()).toJson();
      kept = kept && rows.add(metric, "", attributes, total.time, one.getValue());
    }
  }

  private static void quantile(ProtoCursor value, Map<Double, Double> quantiles)
      throws OtlpException {
    double quantile = 0;
    double number = 0;
    while (value.next()) {
      switch (value.field()) {
        case 1 -> quantile = value.real();
        case 2 -> number = value.real();
        default -> value.skip();
      }
    }
    if (quantiles.size() <= Numbers.MAX) {
      quantiles.put(quantile, number);
    }
  }

  /// What these points have in common.
  private static final class Total {
    private final AttributeMap attributes = new AttributeMap();
    private double sum;
    private long time;
    private double count;
    private long flags;

    Total(double sum) {
      this.sum = sum;
    }

    /// Reads time, count and sum, which are fields 3, 4 and 5 of each.
    void read(ProtoCursor point) throws OtlpException {
      switch (point.field()) {
        case 3 -> time = point.number();
        case 4 -> count = Numbers.unsigned(point.number());
        default -> sum = point.real();
      }
    }
  }

  private boolean taken(Total total, MetricHeader metric) {
    return rows.takes(metric, total.time) && (total.flags & MetricReader.NO_RECORDED_VALUE) == 0;
  }

  private void refuse(MetricHeader metric, String why) {
    rows.refuse(() -> "a point of " + metric.name() + " " + why);
  }

  /// @return false when the point is refused
  private boolean total(Total total, MetricHeader metric) {
    String attributes = total.attributes.toJson();
    return rows.add(metric, ".count", attributes, total.time, total.count)
        && rows.add(metric, ".sum", attributes, total.time, total.sum);
  }
}
