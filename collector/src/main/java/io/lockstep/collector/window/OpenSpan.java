package io.lockstep.collector.window;

import java.util.Arrays;

/// Ten minutes of one table of which seconds still come in: of each subject and live column the
/// number of values, their sum, the least and the most. Belongs to one thread.
///
/// Sums are kept in 64 bits, so that it makes no difference in which parts a span was put together.
public final class OpenSpan {
  private final long index;
  private final int columns;
  private int cells;
  private short[] seconds = {};
  private double[] sums = {};
  private float[] least = {};
  private float[] most = {};

  /// @param index number of the span: its first slot by [Past#SPAN_SECONDS]
  OpenSpan(long index, int columns) {
    this.index = index;
    this.columns = columns;
  }

  long index() {
    return index;
  }

  boolean isEmpty() {
    return cells == 0;
  }

  /// Adds one second.
  ///
  /// @param values subject by subject, column by column; NaN is absent
  void fold(float[] values) {
    room(values.length);
    for (int cell = 0; cell < values.length; cell++) {
      float value = values[cell];
      if (!Float.isNaN(value)) {
        seconds[cell]++;
        sums[cell] += value;
        if (value < least[cell]) {
          least[cell] = value;
        }
        if (value > most[cell]) {
          most[cell] = value;
        }
      }
    }
  }

  /// Adds one value.
  ///
  /// @param cell the subject's index times the number of columns, and the column's place
  void add(int cell, float value) {
    room(cell + 1);
    seconds[cell]++;
    sums[cell] += value;
    least[cell] = Math.min(least[cell], value);
    most[cell] = Math.max(most[cell], value);
  }

  /// Adds other seconds of the same span.
  void merge(OpenSpan other) {
    room(other.cells);
    for (int cell = 0; cell < other.cells; cell++) {
      if (other.seconds[cell] > 0) {
        seconds[cell] += other.seconds[cell];
        sums[cell] += other.sums[cell];
        least[cell] = Math.min(least[cell], other.least[cell]);
        most[cell] = Math.max(most[cell], other.most[cell]);
      }
    }
  }

  private void room(int wanted) {
    if (wanted > sums.length) {
      int from = sums.length;
      int length = Math.max(wanted, Math.min(from + from / 2, Integer.MAX_VALUE - 8));
      seconds = Arrays.copyOf(seconds, length);
      sums = Arrays.copyOf(sums, length);
      least = Arrays.copyOf(least, length);
      most = Arrays.copyOf(most, length);
      Arrays.fill(least, from, length, Float.POSITIVE_INFINITY);
      Arrays.fill(most, from, length, Float.NEGATIVE_INFINITY);
    }
    cells = Math.max(cells, wanted);
  }

  /// The span as it is kept from now on.
  ///
  /// @param subjects how many there are
  ClosedSpan close(int subjects) {
    var closed = new ClosedSpan.Filling(index, columns, subjects);
    for (int cell = 0; cell < cells; cell++) {
      if (seconds[cell] > 0) {
        closed.put(
            cell / columns,
            cell % columns,
            seconds[cell],
            least[cell],
            (float) (sums[cell] / seconds[cell]),
            most[cell]);
      }
    }
    return closed.close();
  }
}
