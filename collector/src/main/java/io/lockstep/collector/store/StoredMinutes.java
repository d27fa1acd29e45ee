package io.lockstep.collector.store;

import io.lockstep.collector.window.StoredRow;

/// The row at which an answer stands, as the window takes it back.
///
/// @param first the place of the first live column
record StoredMinutes(QuestDbRows rows, int first) implements StoredRow {
  @Override
  public boolean has(int column) {
    return rows.has(first + column);
  }

  @Override
  public double number(int column) {
    return rows.number(first + column);
  }

  @Override
  public long whole(int column) {
    return rows.whole(first + column);
  }
}
