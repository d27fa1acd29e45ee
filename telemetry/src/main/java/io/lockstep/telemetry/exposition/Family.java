package io.lockstep.telemetry.exposition;

import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Metric.Kind;
import io.lockstep.telemetry.otlp.Sample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A metric with its values at one moment, under OpenTelemetry's name.
///
/// @param name dotted
/// @param unit UCUM; `1` for none
/// @param points one per series, in no particular order; two of the same labels count once
public record Family(String name, String unit, Kind kind, String help, List<Point> points) {

  /// A metric of others may come in several units, which are several families.
  private static final Comparator<Metric> ORDER =
      Comparator.comparing(Metric::name).thenComparing(Metric::unit).thenComparing(Metric::kind);

  /// One value.
  ///
  /// @param labels by attribute name
  /// @param value a `Long` or a `Double`
  public record Point(Map<String, String> labels, Number value) {
    public Point {
      labels = Map.copyOf(labels);
    }
  }

  public Family {
    points = List.copyOf(points);
  }

  /// The samples, grouped by metric, in the order of the metrics' names.
  public static List<Family> of(List<Sample> samples) {
    SortedMap<Metric, List<Point>> points = new TreeMap<>(ORDER);
    for (Sample sample : samples) {
      points.computeIfAbsent(sample.metric(), _ -> new ArrayList<>()).add(point(sample));
    }
    return points.entrySet().stream().map(entry -> of(entry.getKey(), entry.getValue())).toList();
  }

  private static Family of(Metric metric, List<Point> points) {
    return new Family(metric.name(), metric.unit(), metric.kind(), metric.help(), points);
  }

  private static Point point(Sample sample) {
    return new Point(labels(sample), value(sample));
  }

  /// The attributes as text, sorted by name.
  static SortedMap<String, String> labels(Sample sample) {
    SortedMap<String, String> labels = new TreeMap<>();
    sample.attributes().forEach((key, value) -> labels.put(key.getKey(), String.valueOf(value)));
    return labels;
  }

  /// The value as it was read: whole numbers exact.
  public static Number value(Sample sample) {
    if (sample.integral()) {
      return sample.bits();
    }
    return sample.value();
  }
}
