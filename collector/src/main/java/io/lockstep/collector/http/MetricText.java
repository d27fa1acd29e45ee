package io.lockstep.collector.http;

/// Prometheus' text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
public final class MetricText {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final StringBuilder text = new StringBuilder(4096);

  /// A counter without labels.
  ///
  /// @param name ends in `_total`
  public MetricText counter(String name, String help, Number value) {
    return family(name, "counter", help).sample(name, value);
  }

  /// A gauge without labels.
  public MetricText gauge(String name, String help, Number value) {
    return family(name, "gauge", help).sample(name, value);
  }

  /// Begins a family whose samples follow with labels.
  ///
  /// @param type `counter` or `gauge`
  public MetricText family(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(escaped(help, false));
    text.append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  /// One sample of the family begun last.
  ///
  /// @param labels name, value, name, value …
  public MetricText sample(String name, Number value, String... labels) {
    text.append(name);
    for (int i = 0; i + 1 < labels.length; i += 2) {
      text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
      text.append(escaped(labels[i + 1], true)).append('"');
    }
    text.append(labels.length > 1 ? "} " : " ").append(number(value)).append('\n');
    return this;
  }

  private static String number(Number value) {
    double number = value.doubleValue();
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString(value.longValue())
        : Double.toString(number);
  }

  private static String escaped(String raw, boolean quoted) {
    String plain = raw.replace("\\", "\\\\").replace("\n", "\\n");
    return quoted ? plain.replace("\"", "\\\"") : plain;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
