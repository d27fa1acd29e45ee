package io.lockstep.launcher;

import io.lockstep.collector.store.QuestDbQuery;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Holds what was acknowledged against what the store has, row by row. One thread.
final class ChaosAudit {
  /// So much is asked for at once, microseconds.
  private static final long PAGE = 300_000_000L;

  private static final int EXAMPLES = 10;

  private final QuestDbQuery sql;
  private final List<String> examples = new ArrayList<>();
  private long rows;
  private long lost;
  private long lostRows;
  private long doubled;
  private long unasked;

  ChaosAudit(QuestDbQuery sql) {
    this.sql = sql;
  }

  /// Looks for each row of a host.
  ///
  /// @throws IOException when the store can't be asked
  void check(String host, ChaosLedger.Rows expected) throws IOException {
    for (Map.Entry<Table, Map<String, Integer>> one : expected.byTable.entrySet()) {
      check(host, one.getKey(), one.getValue());
    }
  }

  private void check(String host, Table table, Map<String, Integer> expected) throws IOException {
    rows += expected.size();
    var found = new HashSet<String>();
    long first = expected.keySet().stream().mapToLong(ChaosAudit::micros).min().orElse(0);
    long last = expected.keySet().stream().mapToLong(ChaosAudit::micros).max().orElse(-1);
    for (long from = first; from <= last; from += PAGE) {
      for (Map<String, ?> row :
          sql.rows(query(host, table, from, Math.min(last, from + PAGE - 1)))) {
        compare(host, table, row, expected, found);
      }
    }
    for (Map.Entry<String, Integer> one : expected.entrySet()) {
      if (!found.contains(one.getKey())) {
        lostRows++;
        lost += one.getValue();
        tell("lost", host, table, one.getKey());
      }
    }
  }

  private static long micros(String key) {
    return Long.parseLong(key, 0, key.indexOf('\n'), 10);
  }

  private static List<String> keys(Table table) {
    return switch (table) {
      case METRIC -> List.of("service", "metric", "attributes");
      case EVENT -> List.of("id");
      case RANK -> List.of("subject", "job", "attempt");
      case GPU, GPU_SLOW, PORT, HOST, HOST_SLOW, PART -> List.of("subject");
    };
  }

  private static List<String> values(Table table) {
    return table.wide()
        ? Contract.columns(table).stream().map(Column::name).toList()
        : List.of(table == Table.METRIC ? "value" : "id");
  }

  private static String query(String host, Table table, long from, long to) {
    Set<String> columns = new java.util.LinkedHashSet<>(keys(table));
    columns.addAll(values(table));
    return columns.stream()
        .map(column -> '"' + column + '"')
        .collect(
            Collectors.joining(
                ", ",
                "SELECT cast(ts AS LONG) AS micros, ",
                " FROM %s WHERE host = '%s' AND ts BETWEEN %d AND %d"
                    .formatted(table.tableName(), host, from, to)));
  }

  private void compare(
      String host,
      Table table,
      Map<String, ?> row,
      Map<String, Integer> expected,
      Set<String> found) {
    String key =
        row.get("micros")
            + "\n"
            + keys(table).stream()
                .map(name -> row.get(name) == null ? "" : String.valueOf(row.get(name)))
                .collect(Collectors.joining("\n"));
    Integer values = expected.get(key);
    if (values == null) {
      unasked++;
    } else if (!found.add(key)) {
      doubled += values;
      tell("doubled", host, table, key);
    } else {
      int there = (int) values(table).stream().filter(name -> row.get(name) != null).count();
      if (there != values) {
        lost += Math.abs(values - there);
        tell("has %d of %d values".formatted(there, values), host, table, key);
      }
    }
  }

  private void tell(String what, String host, Table table, String key) {
    if (examples.size() < EXAMPLES) {
      examples.add(
          "%s: %s of %s, %s".formatted(what, table.tableName(), host, key.replace('\n', ' ')));
    }
  }

  /// Rows that were looked for.
  long rows() {
    return rows;
  }

  /// Points that are not there.
  long lost() {
    return lost;
  }

  long lostRows() {
    return lostRows;
  }

  /// Points that are there more than once.
  long doubled() {
    return doubled;
  }

  /// Rows that the store has and of which nobody was told.
  long unasked() {
    return unasked;
  }

  /// Some of what is wrong, a line each.
  List<String> examples() {
    return examples;
  }
}
