package io.lockstep.collector.store;

import io.lockstep.collector.window.ClosedSpan;
import io.lockstep.collector.window.Span;
import io.lockstep.collector.window.Watched;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// What the window keeps of a day, as a table of the default store, `NAME_10m`: one row for each
/// subject and ten minutes, its time their begin. A live column `power` becomes `power_seconds`
/// (how many had a value), `power_min`, `power_mean` and `power_max`; of a counter they are of its
/// increase within a second. Null where there was no value.
final class PastTable {
  /// The tables of which a day is kept.
  static final List<Table> TABLES = List.of(Table.GPU, Table.PORT, Table.HOST);

  static final String SUFFIX = "_10m";
  private static final List<String> KEYS = List.of(Schema.TIME, "cluster", "host", "subject");

  /// As long as the window looks back, whole days: a partition is a day.
  private static final Duration KEPT = Duration.ofDays(2);

  private PastTable() {}

  static String name(Table table) {
    return table.tableName() + SUFFIX;
  }

  /// The live columns, in the window's order.
  static List<Column> live(Table table) {
    return Contract.columns(table).stream().filter(Column::live).toList();
  }

  static SequencedMap<String, String> columns(Table table) {
    var columns = new LinkedHashMap<String, String>();
    columns.put(Schema.TIME, "TIMESTAMP");
    KEYS.stream().skip(1).forEach(key -> columns.put(key, "SYMBOL"));
    for (Column column : live(table)) {
      columns.put(column.name() + "_seconds", "INT");
      columns.put(column.name() + "_min", "FLOAT");
      columns.put(column.name() + "_mean", "FLOAT");
      columns.put(column.name() + "_max", "FLOAT");
    }
    return columns;
  }

  static StoreTable table(Table table) {
    return new StoreTable(name(table), columns(table), KEYS, "DAY", KEPT);
  }

  /// The question for the spans from a time on, as [#read] takes its rows.
  static String select(Table table, long fromSecond) {
    return "SELECT "
        + String.join(", ", columns(table).sequencedKeySet())
        + " FROM "
        + name(table)
        + " WHERE "
        + Schema.TIME
        + " >= "
        + fromSecond * 1_000_000;
  }

  /// Puts what a row says of a subject into its span.
  static void read(QuestDbRows row, int columns, int subject, ClosedSpan.Filling span) {
    for (int column = 0; column < columns; column++) {
      int place = KEYS.size() + 4 * column;
      if (row.has(place) && row.has(place + 2)) {
        span.put(
            subject,
            column,
            (int) row.whole(place),
            (float) row.number(place + 1),
            (float) row.number(place + 2),
            (float) row.number(place + 3));
      }
    }
  }

  /// The lines of some of a span's subjects.
  static Lines lines(
      String cluster, Table table, ClosedSpan span, List<Watched> subjects, int from, int to) {
    List<Column> columns = live(table);
    var out = new LineWriter(true, 120 * columns.size() * (to - from));
    for (int subject = from; subject < to; subject++) {
      out.begin(table, SUFFIX);
      out.tag("cluster", cluster);
      out.tag("host", subjects.get(subject).host());
      out.tag("subject", subjects.get(subject).subject());
      for (int column = 0; column < columns.size(); column++) {
        Span told = span.of(column, subject);
        if (told != null) {
          String name = columns.get(column).name();
          out.field(name + "_seconds", told.seconds());
          out.field(name + "_min", told.least());
          out.field(name + "_mean", told.mean());
          out.field(name + "_max", told.most());
        }
      }
      out.end(span.firstSlot() * 1_000_000_000L);
    }
    return out.lines();
  }
}
