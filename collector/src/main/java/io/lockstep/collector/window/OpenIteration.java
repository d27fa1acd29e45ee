package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Row;
import java.util.Arrays;
import java.util.BitSet;

/// An iteration of which ranks still come in.
final class OpenIteration {
  private static final LiveColumns COLUMNS = LiveColumns.of(Table.RANK);

  private final long number;
  private final long firstArrivalNanos;
  private final long firstEndNanos;
  private final BitSet in = new BitSet();
  private double laterNanos;
  private float[] values = {};

  OpenIteration(long number, long arrivalNanos, long endNanos) {
    this.number = number;
    this.firstArrivalNanos = arrivalNanos;
    this.firstEndNanos = endNanos;
  }

  long number() {
    return number;
  }

  long firstArrivalNanos() {
    return firstArrivalNanos;
  }

  boolean has(int rank) {
    return in.get(rank);
  }

  /// The ranks that are in; not to be changed.
  BitSet ranks() {
    return in;
  }

  /// @param endNanos by the collector's clock
  /// @param room for how many ranks to make room, at least
  void add(int rank, Row row, long endNanos, int room) {
    int width = COLUMNS.count();
    if (values.length < Math.max(room, rank + 1) * width) {
      int before = values.length;
      values = Arrays.copyOf(values, Math.max(room, rank + 1) * width);
      Arrays.fill(values, before, values.length, Float.NaN);
    }
    for (Column column : COLUMNS.columns()) {
      if (row.has(column)) {
        values[rank * width + COLUMNS.place(column)] = (float) row.value(column);
      }
    }
    in.set(rank);
    laterNanos += endNanos - firstEndNanos;
  }

  Iteration seal(boolean complete) {
    int reported = in.cardinality();
    long end = firstEndNanos + (long) (laterNanos / reported);
    return new Iteration(number, end, reported, complete, values);
  }
}
