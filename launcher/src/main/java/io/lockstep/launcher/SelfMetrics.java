package io.lockstep.launcher;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// A page of metrics in Prometheus' text format as it was at one time.
///
/// @param values by name with labels, as they stand there
record SelfMetrics(Map<String, Double> values) {
  static final SelfMetrics NONE = new SelfMetrics(Map.of());

  static SelfMetrics read(String text) throws IOException {
    var values = new HashMap<String, Double>();
    for (String line : text.lines().toList()) {
      int space = line.lastIndexOf(' ');
      if (!line.startsWith("#") && space > 0) {
        values.put(line.substring(0, space), number(line.substring(space + 1)));
      }
    }
    return new SelfMetrics(values);
  }

  private static double number(String text) throws IOException {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IOException("no number among the metrics: " + text, e);
    }
  }

  /// A value; 0 when it is not there.
  double get(String name) {
    return values.getOrDefault(name, 0.0);
  }

  /// A value; NaN when it is not there.
  double known(String name) {
    return values.getOrDefault(name, Double.NaN);
  }

  /// The sum over all labels of a name; 0 when it is not there.
  double all(String name) {
    return get(name) + sum(name, "");
  }

  /// The sum over all labels of a name, with this text among the labels.
  double sum(String name, String label) {
    double sum = 0;
    for (Map.Entry<String, Double> one : values.entrySet()) {
      if (one.getKey().startsWith(name + "{") && one.getKey().contains(label)) {
        sum += one.getValue();
      }
    }
    return sum;
  }
}
