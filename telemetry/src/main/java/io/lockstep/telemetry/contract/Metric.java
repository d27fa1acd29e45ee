package io.lockstep.telemetry.contract;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A metric that the contract knows, declared once; or one of others.
///
/// @param name dotted, lower case, OpenTelemetry's where it has one
/// @param unit UCUM
/// @param kind how values are to be read
/// @param help one sentence; says where a number comes from
/// @param subject what on the host it is about
/// @param distinguishing the attributes whose values choose the column, sorted; empty for a metric
///   with one column
/// @param columns in the contract's order; empty for a metric whose points are rows of
///   [Table#METRIC], because nobody knows beforehand what their attributes say
public record Metric(
    String name,
    String unit,
    Kind kind,
    String help,
    Subject subject,
    List<String> distinguishing,
    List<Column> columns) {

  /// OpenTelemetry's instruments, and the attributes of a span `training.step`.
  public enum Kind {
    GAUGE,
    /// Monotonic and cumulative since the start of what counts.
    COUNTER,
    UP_DOWN_COUNTER,
    SPAN_ATTRIBUTE
  }

  public Metric {
    distinguishing = List.copyOf(distinguishing);
    columns = List.copyOf(columns);
  }

  /// A metric that the contract does not know: its values go to [Table#METRIC].
  ///
  /// @param unit UCUM; empty when unknown
  public static Metric foreign(String name, String unit, Kind kind, String help) {
    return new Metric(name, unit, kind, help, Subject.HOST, List.of(), List.of());
  }

  /// Whether its name is Prometheus' already, unit and all, and is shown as it is.
  public boolean isVerbatim() {
    return columns.isEmpty() && unit.isEmpty();
  }

  /// Names are unique in the contract; the record's own would go through all columns, for every
  /// value of every second.
  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Metric that
            && name.equals(that.name)
            && unit.equals(that.unit)
            && kind == that.kind
            && help.equals(that.help)
            && subject.equals(that.subject)
            && distinguishing.equals(that.distinguishing)
            && columns.equals(that.columns));
  }

  /// The column for a data point with these attributes.
  ///
  /// @param attributes the value of an attribute by its name, null when it is absent
  /// @return null when the contract has no column for these attribute values; such a point goes to
  ///   [Table#METRIC]
  public @Nullable Column column(Function<String, @Nullable String> attributes) {
    if (distinguishing.isEmpty()) {
      return columns.isEmpty() ? null : columns.getFirst();
    }
    SortedMap<String, String> wanted = new TreeMap<>();
    for (String key : distinguishing) {
      String value = attributes.apply(key);
      if (value != null) {
        wanted.put(key, value);
      }
    }
    for (Column column : columns) {
      if (column.attributes().equals(wanted)) {
        return column;
      }
    }
    return null;
  }

  /// Whether a value in that unit is a value of this metric: the same unit, none, or, of a number
  /// without dimension, any other way to say so (`1`, `{error}`).
  public boolean measuredIn(String sent) {
    return sent.isEmpty() || sent.equals(unit) || (dimensionless(sent) && dimensionless(unit));
  }

  private static boolean dimensionless(String unit) {
    return unit.equals("1") || (unit.startsWith("{") && unit.endsWith("}"));
  }
}
