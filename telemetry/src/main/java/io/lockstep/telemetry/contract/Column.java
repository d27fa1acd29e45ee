package io.lockstep.telemetry.contract;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// One column of a wide table: a metric with fixed attribute values.
///
/// @param metric the metric's name; for [Table#RANK] the span attribute's
/// @param attributes the attribute values that lead here, by name; empty when the metric has one
///   column
/// @param table the table it stands in
/// @param name the column's name in the store
/// @param type how the store keeps it
/// @param live whether the window in memory keeps it too
/// @param index its place among the columns of its table, from 0, in the contract's order
public record Column(
    String metric,
    SortedMap<String, String> attributes,
    Table table,
    String name,
    Type type,
    boolean live,
    int index) {

  /// How the store keeps a value, the narrowest that holds it.
  public enum Type {
    /// 32-bit floating point.
    FLOAT,
    /// 64-bit floating point: sums with a fraction, such as seconds and joules.
    DOUBLE,
    /// 32-bit signed integer.
    INT,
    /// 64-bit signed integer: byte and packet counters.
    LONG;

    /// Whether values are whole numbers.
    public boolean integral() {
      return this == INT || this == LONG;
    }

    /// Whether a whole number can be kept as it is.
    public boolean holds(long value) {
      return this != INT || value == (int) value;
    }

    /// Whether a number can be kept, rounded to the type's precision; never when it is not finite.
    public boolean holds(double value) {
      double size = Math.abs(value);
      return switch (this) {
        case FLOAT -> size <= Float.MAX_VALUE;
        case DOUBLE -> size <= Double.MAX_VALUE;
        case INT -> size <= Integer.MAX_VALUE;
        case LONG -> size < 0x1p63;
      };
    }
  }

  /// A name is unique in its table; the record's own would go through all attributes, for every
  /// value of every second.
  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Column that
            && name.equals(that.name)
            && table == that.table
            && metric.equals(that.metric)
            && attributes.equals(that.attributes)
            && type == that.type
            && live == that.live
            && index == that.index);
  }

  @Override
  public String toString() {
    return table.tableName() + "." + name;
  }
}
