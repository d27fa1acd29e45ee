package io.lockstep.telemetry.exposition;

import io.lockstep.telemetry.contract.Metric.Kind;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The Prometheus text format, version 0.0.4
/// ([exposition_formats](https://prometheus.io/docs/instrumenting/exposition_formats/)), with names
/// as OpenTelemetry turns them into Prometheus's ([Prometheus and OpenMetrics
/// Compatibility](https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/)):
/// dots become underscores, the unit and, for counters, `total` stand last.
public final class PrometheusText {
  /// The format's content type.
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /// UCUM's units in Prometheus's words.
  private static final Map<String, String> UNITS =
      Map.ofEntries(
          Map.entry("s", "seconds"),
          Map.entry("ms", "milliseconds"),
          Map.entry("us", "microseconds"),
          Map.entry("ns", "nanoseconds"),
          Map.entry("min", "minutes"),
          Map.entry("h", "hours"),
          Map.entry("d", "days"),
          Map.entry("By", "bytes"),
          Map.entry("KiBy", "kibibytes"),
          Map.entry("MiBy", "mebibytes"),
          Map.entry("Cel", "celsius"),
          Map.entry("Hz", "hertz"),
          Map.entry("J", "joules"),
          Map.entry("W", "watts"),
          Map.entry("V", "volts"),
          Map.entry("A", "amperes"),
          Map.entry("m", "meters"),
          Map.entry("g", "grams"),
          Map.entry("%", "percent"));

  private PrometheusText() {}

  /// The families in their order, each with its help and type.
  public static String of(List<Family> families) {
    var text = new StringBuilder();
    for (Family family : families) {
      String name = name(family.name(), family.unit(), family.kind());
      append(text, family, name, name);
    }
    return text.toString();
  }

  /// The family `target_info`, which says of whom the others speak.
  ///
  /// @param host the host's name
  /// @param service the program that speaks
  public static String target(String host, String service) {
    return "# HELP target_info Of whom this is.\n# TYPE target_info gauge\ntarget_info"
        + labels(Map.of("host.name", host, "service.name", service))
        + " 1\n";
  }

  /// @param of what the family is called
  /// @param name what its values are called
  static void append(StringBuilder text, Family family, String of, String name) {
    SortedMap<String, Number> lines = new TreeMap<>();
    for (Family.Point point : family.points()) {
      lines.putIfAbsent(labels(point.labels()), point.value());
    }
    if (!family.help().isEmpty()) {
      text.append("# HELP ").append(of).append(' ').append(help(family.help())).append('\n');
    }
    String type = family.kind() == Kind.COUNTER ? "counter" : "gauge";
    text.append("# TYPE ").append(of).append(' ').append(type).append('\n');
    lines.forEach((labels, value) ->
        text.append(name).append(labels).append(' ').append(number(value)).append('\n'));
  }

  /// As in `hw_network_io_bytes_total`. Units in braces are words for people and left out.
  public static String name(String metric, String unit, Kind kind) {
    var name = new StringBuilder(identifier(metric));
    String suffix = suffix(unit, kind);
    if (!suffix.isEmpty() && !name.toString().endsWith("_" + suffix)) {
      name.append('_').append(suffix);
    }
    return kind == Kind.COUNTER ? name.append("_total").toString() : name.toString();
  }

  private static String suffix(String unit, Kind kind) {
    String plain = unit.replaceAll("\\{[^}]*}", "");
    if (plain.equals("1")) {
      return kind == Kind.GAUGE ? "ratio" : "";
    }
    int per = plain.indexOf('/');
    if (per < 0) {
      return word(plain);
    }
    String what = word(plain.substring(0, per));
    String each = word(plain.substring(per + 1)).replaceFirst("s$", "");
    return (what.isEmpty() ? "" : what + "_") + "per_" + each;
  }

  private static String word(String unit) {
    return UNITS.getOrDefault(unit, identifier(unit));
  }

  private static String identifier(String name) {
    String legal = name.replaceAll("[^A-Za-z0-9_]", "_");
    return !legal.isEmpty() && Character.isDigit(legal.charAt(0)) ? "_" + legal : legal;
  }

  /// Labels as they stand behind a name, sorted; empty when there are none.
  public static String labels(Map<String, String> labels) {
    if (labels.isEmpty()) {
      return "";
    }
    var text = new StringBuilder("{");
    new TreeMap<>(labels)
        .forEach((name, value) ->
            text.append(text.length() == 1 ? "" : ",")
                .append(identifier(name))
                .append("=\"")
                .append(escaped(value))
                .append('"'));
    return text.append('}').toString();
  }

  /// A label's value, as it stands between its quotation marks.
  public static String escaped(String value) {
    return help(value).replace("\"", "\\\"");
  }

  /// A help text as it stands in its line.
  public static String help(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n");
  }

  private static String number(Number value) {
    double number = value.doubleValue();
    if (value instanceof Long || Double.isFinite(number)) {
      return value.toString();
    }
    return Double.isNaN(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf";
  }
}
