package io.lockstep.collector.receive;

import java.util.HashMap;
import java.util.Map;

/// Finds out what makes the series of a sender so many: how many values each attribute of its new
/// series has. Bounded: 32 metrics with 16 attributes each, 140 KB.
final class Explosion {
  private static final int METRICS_MAX = 32;
  private static final int ATTRIBUTES_MAX = 16;

  private final SeriesKey hashes;
  private final Map<String, Map<String, Distinct>> metrics = new HashMap<>();
  private final Distinct names = new Distinct();
  private final Distinct hosts = new Distinct();
  private final Distinct services = new Distinct();

  Explosion(SeriesKey hashes) {
    this.hashes = hashes;
  }

  /// What identifies a series.
  ///
  /// @param metric its name
  /// @param attributes JSON of texts, with sorted keys
  record Series(String host, String service, String metric, String attributes) {}

  void add(Series series) {
    names.add(hashes.of(series.metric));
    hosts.add(hashes.of(series.host));
    services.add(hashes.of(series.service));
    Map<String, Distinct> attributes = metrics.get(series.metric);
    if (attributes == null && metrics.size() < METRICS_MAX) {
      attributes = new HashMap<>();
      metrics.put(series.metric, attributes);
    }
    if (attributes != null) {
      count(series.attributes, attributes);
    }
  }

  private void count(String json, Map<String, Distinct> attributes) {
    int from = json.indexOf('"');
    while (from >= 0) {
      int keyEnd = end(json, from);
      int value = json.indexOf('"', keyEnd + 1);
      if (value < 0) {
        return;
      }
      int valueEnd = end(json, value);
      String key = json.substring(from + 1, keyEnd);
      Distinct distinct = attributes.get(key);
      if (distinct == null && attributes.size() < ATTRIBUTES_MAX) {
        distinct = new Distinct();
        attributes.put(key, distinct);
      }
      if (distinct != null) {
        distinct.add(hashes.of(json.substring(value + 1, valueEnd)));
      }
      from = json.indexOf('"', valueEnd + 1);
    }
  }

  /// The quote that ends a text of JSON.
  private static int end(String json, int begin) {
    int at = begin + 1;
    while (at < json.length() && json.charAt(at) != '"') {
      at += json.charAt(at) == '\\' ? 2 : 1;
    }
    return Math.min(at, json.length());
  }

  /// What has most values, as a sentence.
  String words() {
    var worst = new Worst("the name of metrics", names.estimate());
    worst = worst.or("host.name", hosts.estimate());
    worst = worst.or("service.name", services.estimate());
    for (var metric : metrics.entrySet()) {
      for (var attribute : metric.getValue().entrySet()) {
        worst =
            worst.or(
                "attribute " + attribute.getKey() + " of " + metric.getKey(),
                attribute.getValue().estimate());
      }
    }
    return worst.what + " has about " + worst.values + " values";
  }

  private record Worst(String what, long values) {
    Worst or(String other, long more) {
      return more > values ? new Worst(other, more) : this;
    }
  }
}
