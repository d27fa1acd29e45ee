package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rules.CounterState;
import io.lockstep.telemetry.rules.Counters;
import java.util.List;

/// The window of one table with a row a second: its subjects, their ring, their counters.
final class TableWindow {
  private final LiveColumns columns;
  private final Subjects subjects;
  private final Ring ring;
  private final Counters counters;
  private final Past past;

  TableWindow(Table table, int limit) {
    this.columns = LiveColumns.of(table);
    this.subjects = new Subjects(limit);
    this.ring = new Ring(columns.count());
    this.counters = new Counters(columns.counterCount());
    this.past = new Past(columns.count(), subjects);
  }

  Subjects subjects() {
    return subjects;
  }

  void open(long slot) {
    ring.open(slot, subjects.count());
  }

  Past past() {
    return past;
  }

  /// Adds a slot that is sealed to the table's past.
  void sealed(long slot) {
    past.fold(slot, ring.values(slot));
  }

  /// Takes the last minutes as they came back from the store, those of before the start as they
  /// are, and of those after it what nobody else said: the increases of counters from before to
  /// after.
  ///
  /// @param spans what the former make of spans
  /// @param since the first slot after the start
  /// @param edge the newest sealed slot
  void recall(TableRecall recall, List<OpenSpan> spans, long since, long edge) {
    for (long slot = recall.from(); slot < Math.min(recall.to(), edge + 1); slot++) {
      float[] values = recall.values(slot);
      if (slot >= since) {
        complete(slot, values);
      } else if (slot > edge - Window.SECONDS) {
        ring.install(slot, values);
      }
    }
    spans.forEach(past::merge);
  }

  private void complete(long slot, float[] values) {
    float[] known = ring.values(slot);
    for (int cell = 0; cell < Math.min(known.length, values.length); cell++) {
      if (Float.isNaN(known[cell]) && !Float.isNaN(values[cell])) {
        known[cell] = values[cell];
        past.add(slot, cell, values[cell]);
      }
    }
  }

  /// What is kept second by second, bytes.
  long ringBytes() {
    return ring.bytes();
  }

  /// Whether the row has a value of a live column.
  boolean keeps(Row row) {
    for (Column column : columns.columns()) {
      if (row.has(column)) {
        return true;
      }
    }
    return false;
  }

  /// Puts a row into a slot that is not sealed. Of two rows for one slot the newer counts; for
  /// counters, both.
  void put(int subject, long slot, Row row) {
    for (Column column : columns.columns()) {
      if (row.has(column)) {
        int place = columns.place(column);
        int counter = columns.counter(column);
        if (counter < 0) {
          ring.set(slot, subject, place, (float) row.value(column));
        } else {
          count(subject, slot, place, increase(subject, counter, column, row));
        }
      }
    }
  }

  private double increase(int subject, int counter, Column column, Row row) {
    return column.type().integral()
        ? counters.add(subject, counter, row.longValue(column), row.timeNanos())
        : counters.add(subject, counter, row.value(column), row.timeNanos());
  }

  private void count(int subject, long slot, int place, double increase) {
    if (!Double.isNaN(increase)) {
      float before = ring.get(slot, subject, place);
      ring.set(slot, subject, place, (float) (Float.isNaN(before) ? increase : before + increase));
    }
  }

  /// @param place as [#place] gives it
  double get(int place, int subject, long slot) {
    return ring.get(slot, subject, place);
  }

  void saturated(int subject, Column column) {
    if (columns.counter(column) >= 0) {
      counters.saturated(subject, columns.counter(column));
    }
  }

  CounterState state(Column column, int subject) {
    int counter = columns.counter(column);
    return counter < 0 ? CounterState.UNKNOWN : counters.state(subject, counter);
  }

  /// Where the column stands among the live ones.
  ///
  /// @throws IllegalArgumentException when it is not live
  int place(Column column) {
    int place = columns.place(column);
    if (place < 0) {
      throw new IllegalArgumentException(column + " is not live: the window does not keep it");
    }
    return place;
  }
}
