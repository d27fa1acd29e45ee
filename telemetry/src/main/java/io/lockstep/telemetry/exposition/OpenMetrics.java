package io.lockstep.telemetry.exposition;

import io.lockstep.telemetry.contract.Metric.Kind;
import java.util.List;
import java.util.Map;

/// The OpenMetrics text format, version 1.0.0
/// ([specification](https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md)):
/// as Prometheus' own, but that a counter's family is called without `_total`, and that the text
/// says where it ends.
public final class OpenMetrics {
  /// What a scraper that reads it says in `Accept`.
  public static final String TYPE = "application/openmetrics-text";

  /// The format's content type.
  public static final String CONTENT_TYPE = TYPE + "; version=1.0.0; charset=utf-8";

  private OpenMetrics() {}

  /// The families in their order, and of whom they speak.
  ///
  /// @param host the host's name
  /// @param service the program that speaks
  /// @param more further families, as text
  public static String of(List<Family> families, String host, String service, String more) {
    var text = new StringBuilder();
    text.append("# HELP target Of whom this is.\n# TYPE target info\n");
    Map<String, String> target = Map.of("host.name", host, "service.name", service);
    text.append("target_info").append(PrometheusText.labels(target)).append(" 1\n");
    for (Family family : families) {
      String name = PrometheusText.name(family.name(), family.unit(), family.kind());
      boolean counter = family.kind() == Kind.COUNTER;
      String of = counter ? name.substring(0, name.length() - "_total".length()) : name;
      PrometheusText.append(text, family, of, name);
    }
    return text.append(more).append("# EOF\n").toString();
  }
}
