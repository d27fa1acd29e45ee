package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Table;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Writes the lines of one batch, one after the other: `begin`, tags, fields, `end`. A line that
/// can't be written is taken back and counted, so that it never spoils its neighbours.
final class LineWriter {
  /// The tables by their number in [Lines].
  static final List<Table> TABLES = List.of(Table.values());

  /// The table of that number; of one that another version had it is a hint only.
  static Table table(int number) {
    return number >= 0 && number < TABLES.size() ? TABLES.get(number) : Table.METRIC;
  }

  private final boolean lineFeeds;
  private final StringBuilder text;
  private int[] starts = new int[16];
  private long[] times = new long[16];
  private byte[] tables = new byte[16];
  private int count;
  private long values;
  private long skipped;
  private String reason = "";

  private Table table = Table.METRIC;
  private int start;
  private int fields;
  private String fault = "";

  LineWriter(boolean lineFeeds, int size) {
    this.lineFeeds = lineFeeds;
    this.text = new StringBuilder(size);
  }

  void begin(Table table) {
    this.table = table;
    start = text.length();
    fields = 0;
    fault = "";
    text.append(table.tableName());
  }

  /// Begins a line of a table that is made of another.
  void begin(Table table, String suffix) {
    begin(table);
    text.append(suffix);
  }

  /// A part of the row's key. An empty value is left out: no store takes an empty tag.
  void tag(String name, String value) {
    if (value.isEmpty()) {
      return;
    }
    text.append(',').append(name).append('=');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ') {
        fault = name + " holds the control character " + (int) c;
        return;
      }
      if (c == ',' || c == ' ' || c == '=' || c == '\\') {
        text.append('\\');
      }
      text.append(c);
    }
  }

  void field(String name, float value) {
    if (Float.isFinite(value)) {
      name(name).append(value);
    }
  }

  void field(String name, double value) {
    if (Double.isFinite(value)) {
      name(name).append(value);
    }
  }

  void field(String name, long value) {
    name(name).append(value).append('i');
  }

  /// A value for a column of 32 bits. One that does not fit would cost the whole row: it is left
  /// out, as a value that could not be read is.
  void intField(String name, long value) {
    if (value == (int) value) {
      field(name, value);
    }
  }

  /// A text value; left out when it is empty.
  void field(String name, String value) {
    if (value.isEmpty()) {
      return;
    }
    name(name).append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\n' && lineFeeds) {
        text.append("\\\n");
      } else if (c < ' ' && !lineFeeds) {
        text.append(c == '\n' ? "\\\\n" : " ");
      } else if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }

  private StringBuilder name(String name) {
    return text.append(fields++ == 0 ? ' ' : ',').append(name).append('=');
  }

  void end(long timeNanos) {
    if (fault.isEmpty() && fields == 0) {
      fault = "no value";
    }
    if (fault.isEmpty() && timeNanos < 0) {
      fault = "the time is before 1970";
    }
    if (!fault.isEmpty()) {
      takeBack();
      return;
    }
    text.append(' ').append(timeNanos).append('\n');
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, count * 2);
      times = Arrays.copyOf(times, count * 2);
      tables = Arrays.copyOf(tables, count * 2);
    }
    times[count] = timeNanos;
    tables[count] = (byte) TABLES.indexOf(table);
    starts[count++] = start;
    values += fields;
  }

  private void takeBack() {
    text.setLength(start);
    if (skipped++ == 0) {
      reason = table.tableName() + ": " + fault;
    }
  }

  Lines lines() {
    byte[] utf8 = text.toString().getBytes(StandardCharsets.UTF_8);
    int[] begins = Arrays.copyOf(starts, count);
    if (utf8.length != text.length()) {
      inBytes(begins);
    }
    return new Lines(
        utf8,
        begins,
        Arrays.copyOf(times, count),
        Arrays.copyOf(tables, count),
        values,
        skipped,
        reason);
  }

  /// Makes offsets of bytes of those of characters, where some take more than one.
  private void inBytes(int[] begins) {
    int offset = 0;
    for (int i = 0; i < begins.length; i++) {
      int from = begins[i];
      int to = i + 1 < begins.length ? starts[i + 1] : text.length();
      begins[i] = offset;
      offset += text.substring(from, to).getBytes(StandardCharsets.UTF_8).length;
    }
  }
}
