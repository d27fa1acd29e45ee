package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;

/// One row of a wide table: what one round of one sampler said of one subject. Filled by one
/// thread, then only read.
public final class Row {
  private final Table table;
  private final String host;
  private final String subject;
  private final long timeNanos;
  private final long[] bits;
  private final boolean[] present;

  /// @param table a wide table
  /// @param host the server
  /// @param subject what on the server, as [io.lockstep.telemetry.contract.Subject#of] gives it
  /// @param timeNanos the sample's own time, Unix nanoseconds
  public Row(Table table, String host, String subject, long timeNanos) {
    this.table = table;
    this.host = host;
    this.subject = subject;
    this.timeNanos = timeNanos;
    int columns = Contract.columns(table).size();
    this.bits = new long[columns];
    this.present = new boolean[columns];
  }

  public Table table() {
    return table;
  }

  public String host() {
    return host;
  }

  public String subject() {
    return subject;
  }

  /// The sample's own time, Unix nanoseconds; never rewritten.
  public long timeNanos() {
    return timeNanos;
  }

  /// Sets a column, rounding where it keeps whole numbers. A value that is not finite is no value
  /// and is left out.
  public void set(Column column, double value) {
    if (!Double.isFinite(value)) {
      return;
    }
    put(column, column.type().integral() ? Math.round(value) : Double.doubleToRawLongBits(value));
  }

  /// Sets a column from a whole number.
  public void set(Column column, long value) {
    put(column, column.type().integral() ? value : Double.doubleToRawLongBits((double) value));
  }

  private void put(Column column, long value) {
    if (column.table() != table) {
      throw new IllegalArgumentException(column + " is no column of " + table.tableName());
    }
    bits[column.index()] = value;
    present[column.index()] = true;
  }

  /// Whether the round had a value for the column.
  public boolean has(Column column) {
    return present[column.index()];
  }

  /// The column's value; NaN when it is absent.
  public double value(Column column) {
    if (!has(column)) {
      return Double.NaN;
    }
    long value = bits[column.index()];
    return column.type().integral() ? (double) value : Double.longBitsToDouble(value);
  }

  /// The value of a whole-number column, exact.
  ///
  /// @throws IllegalStateException when it is absent or not a whole number
  public long longValue(Column column) {
    if (!has(column) || !column.type().integral()) {
      throw new IllegalStateException(column + " has no whole number here");
    }
    return bits[column.index()];
  }

  /// Whether no column has a value.
  public boolean isEmpty() {
    for (boolean one : present) {
      if (one) {
        return false;
      }
    }
    return true;
  }
}
