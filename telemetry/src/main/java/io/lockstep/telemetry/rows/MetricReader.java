package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.AttributeMap;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;
import java.util.Map;
import java.util.TreeMap;

/// Reads a Metric of `opentelemetry/proto/metrics/v1/metrics.proto` (1.11): gauges and sums as
/// numbers, histograms and summaries as narrow rows of their parts.
final class MetricReader {
  private static final int DELTA = 1;
  private static final int NO_RECORDED_VALUE = 1;

  private final BatchRows rows;
  private final Origin origin;
  private final boolean allowed;
  private String name = "";
  private String unit = "";

  private MetricReader(BatchRows rows, Origin origin, boolean allowed) {
    this.rows = rows;
    this.origin = origin;
    this.allowed = allowed;
  }

  static void read(ProtoCursor metric, BatchRows rows, Origin origin, boolean allowed)
      throws OtlpException {
    new MetricReader(rows, origin, allowed).read(metric);
  }

  private void read(ProtoCursor metric) throws OtlpException {
    ProtoCursor first = metric.copy();
    while (first.next()) {
      switch (first.field()) {
        case 1 -> name = first.text();
        case 3 -> unit = first.text();
        default -> first.skip();
      }
    }
    while (metric.next()) {
      switch (metric.field()) {
        case 5, 7, 9, 10, 11 -> data(metric.field(), metric.message());
        default -> metric.skip();
      }
    }
  }

  /// Gauge (5), Sum (7), Histogram (9), ExponentialHistogram (10), Summary (11): the points are
  /// field 1, the temporality of those that have one is field 2.
  private void data(int kind, ProtoCursor data) throws OtlpException {
    boolean delta = false;
    ProtoCursor first = data.copy();
    while (first.next()) {
      if (first.field() == 2 && kind != 5 && kind != 11) {
        delta = first.number() == DELTA;
      } else {
        first.skip();
      }
    }
    while (data.next()) {
      if (data.field() != 1) {
        data.skip();
        continue;
      }
      switch (kind) {
        case 5, 7 -> number(data.message(), delta);
        case 9 -> histogram(data.message());
        case 10 -> exponential(data.message());
        default -> summary(data.message());
      }
    }
  }

  /// Whether a point with this time is taken; counts it when not.
  private boolean taken(long timeNanos) {
    String refusal = allowed ? rows.refuse(timeNanos) : origin.refusal();
    if (refusal != null) {
      rows.refuse(1, allowed ? "a point of " + name + " " + refusal : refusal);
    }
    return refusal == null;
  }

  private void number(ProtoCursor point, boolean delta) throws OtlpException {
    var attributes = new AttributeMap();
    long time = 0;
    long flags = 0;
    boolean integral = false;
    boolean present = false;
    long bits = 0;
    while (point.next()) {
      switch (point.field()) {
        case 3 -> time = point.number();
        case 4 -> {
          bits = Double.doubleToRawLongBits(point.real());
          integral = false;
          present = true;
        }
        case 6 -> {
          bits = point.number();
          integral = true;
          present = true;
        }
        case 7 -> attributes.add(point.message());
        case 8 -> flags = point.number();
        default -> point.skip();
      }
    }
    if (taken(time) && present && (flags & NO_RECORDED_VALUE) == 0) {
      rows.number(name, unit, delta, origin, attributes, time, integral, bits);
    }
  }

  private void histogram(ProtoCursor point) throws OtlpException {
    var attributes = new AttributeMap();
    var counts = new Numbers();
    var bounds = new Numbers();
    long time = 0;
    long count = 0;
    double sum = Double.NaN;
    while (point.next()) {
      switch (point.field()) {
        case 3 -> time = point.number();
        case 4 -> count = point.number();
        case 5 -> sum = point.real();
        case 6 -> counts.add(point, false);
        case 7 -> bounds.add(point, true);
        case 9 -> attributes.add(point.message());
        default -> point.skip();
      }
    }
    if (!taken(time)) {
      return;
    }
    total(attributes, time, count, sum);
    double below = 0;
    for (int i = 0; i < counts.size(); i++) {
      below += counts.get(i);
      String bound = i < bounds.size() ? Double.toString(bounds.get(i)) : "+Inf";
      part(".bucket", "le", bound, attributes, time, below);
    }
  }

  private void exponential(ProtoCursor point) throws OtlpException {
    var attributes = new AttributeMap();
    long time = 0;
    long count = 0;
    double sum = Double.NaN;
    while (point.next()) {
      switch (point.field()) {
        case 1 -> attributes.add(point.message());
        case 3 -> time = point.number();
        case 4 -> count = point.number();
        case 5 -> sum = point.real();
        default -> point.skip();
      }
    }
    if (taken(time)) {
      total(attributes, time, count, sum);
    }
  }

  private void summary(ProtoCursor point) throws OtlpException {
    var attributes = new AttributeMap();
    long time = 0;
    long count = 0;
    double sum = Double.NaN;
    var quantiles = new TreeMap<Double, Double>();
    while (point.next()) {
      switch (point.field()) {
        case 3 -> time = point.number();
        case 4 -> count = point.number();
        case 5 -> sum = point.real();
        case 6 -> quantile(point.message(), quantiles);
        case 7 -> attributes.add(point.message());
        default -> point.skip();
      }
    }
    if (taken(time)) {
      total(attributes, time, count, sum);
      for (var one : quantiles.entrySet()) {
        part("", "quantile", one.getKey().toString(), attributes, time, one.getValue());
      }
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
    quantiles.put(quantile, number);
  }

  private void total(AttributeMap attributes, long time, long count, double sum) {
    String json = attributes.toJson();
    rows.point(name + ".count", "1", origin, json, time, (double) count);
    rows.point(name + ".sum", unit, origin, json, time, sum);
  }

  /// One part of a histogram or summary: its attributes and one more.
  private void part(
      String suffix, String key, String value, AttributeMap attributes, long time, double number) {
    rows.point(
        name + suffix,
        suffix.isEmpty() ? unit : "1",
        origin,
        attributes.with(key, value).toJson(),
        time,
        number);
  }
}
