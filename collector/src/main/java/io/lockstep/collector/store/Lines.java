package io.lockstep.collector.store;

/// A batch as line protocol.
///
/// @param text the lines, each ended by a line feed, UTF-8; empty when there are none
/// @param starts offset in `text` at which each line begins, ascending: a text value may hold line
///   feeds of its own
/// @param times of each line, Unix nanoseconds
/// @param tables number of each line's table, as in [LineWriter#TABLES]
/// @param values values (fields) in all lines
/// @param skipped rows that can't be written as a line: nothing measured, or a key that no store
///   takes
/// @param reason why the first of them was skipped; empty when none was
@SuppressWarnings("ArrayRecordComponent") // nobody compares lines
record Lines(
    byte[] text,
    int[] starts,
    long[] times,
    byte[] tables,
    long values,
    long skipped,
    String reason) {

  int count() {
    return starts.length;
  }

  /// Offset at which the line begins; that of the line after the last is the text's end.
  int start(int line) {
    return line < starts.length ? starts[line] : text.length;
  }
}
