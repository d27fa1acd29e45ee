package io.lockstep.collector.window;

/// A row as it comes back from the store: what stands in a table's live columns, by their place
/// among them.
public interface StoredRow {
  /// Whether there is a value.
  boolean has(int column);

  /// A value; only where there is one.
  double number(int column);

  /// A value of a column of whole numbers, exact; only where there is one.
  long whole(int column);
}
