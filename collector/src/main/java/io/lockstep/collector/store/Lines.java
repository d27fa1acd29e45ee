package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Table;
import java.util.Set;

/// A batch as line protocol.
final class Lines {
  private final String text;
  private final int[] starts;
  private final long values;
  private final Set<Table> tables;
  private final long skipped;
  private final String reason;

  /// @param text the lines, each ended by a line feed; empty when there are none
  /// @param starts offset in `text` at which each line begins, ascending: a text value may hold
  ///   line feeds of its own; owned by this object from now on
  /// @param values values (fields) in all lines
  /// @param tables the tables that the lines go to
  /// @param skipped rows that can't be written as a line: nothing measured, or a key that no store
  ///   takes
  /// @param reason why the first of them was skipped; empty when none was
  Lines(String text, int[] starts, long values, Set<Table> tables, long skipped, String reason) {
    this.text = text;
    this.starts = starts;
    this.values = values;
    this.tables = tables;
    this.skipped = skipped;
    this.reason = reason;
  }

  String text() {
    return text;
  }

  int count() {
    return starts.length;
  }

  /// Offset at which the line begins; that of the line after the last is the text's end.
  int start(int line) {
    return line < starts.length ? starts[line] : text.length();
  }

  /// One line, without its line feed.
  String line(int line) {
    return text.substring(start(line), start(line + 1) - 1);
  }

  long values() {
    return values;
  }

  Set<Table> tables() {
    return tables;
  }

  long skipped() {
    return skipped;
  }

  String reason() {
    return reason;
  }
}
