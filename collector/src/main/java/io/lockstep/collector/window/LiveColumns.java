package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Metric.Kind;
import io.lockstep.telemetry.contract.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The contract's `live` columns of one table, in the contract's order: what the window keeps of a
/// row.
final class LiveColumns {
  private static final Map<Table, LiveColumns> BY_TABLE = new EnumMap<>(Table.class);

  static {
    for (Table table : Table.values()) {
      BY_TABLE.put(table, new LiveColumns(table));
    }
  }

  private final List<Column> columns = new ArrayList<>();
  private final int[] places;
  private final int[] counters;
  private int counterCount;

  private LiveColumns(Table table) {
    List<Column> all = Contract.columns(table);
    places = new int[all.size()];
    counters = new int[all.size()];
    Arrays.fill(places, -1);
    Arrays.fill(counters, -1);
    for (Column column : all) {
      if (column.live()) {
        places[column.index()] = columns.size();
        columns.add(column);
        Metric metric = Contract.metric(column.metric());
        if (metric != null && metric.kind() == Kind.COUNTER) {
          counters[column.index()] = counterCount++;
        }
      }
    }
  }

  static LiveColumns of(Table table) {
    return Objects.requireNonNull(BY_TABLE.get(table));
  }

  /// In the contract's order.
  List<Column> columns() {
    return columns;
  }

  int count() {
    return columns.size();
  }

  /// The column's place among the live ones, from 0; −1 when it is not live.
  int place(Column column) {
    return places[column.index()];
  }

  /// The column's place among the live counters, from 0; −1 when it is no live counter.
  int counter(Column column) {
    return counters[column.index()];
  }

  int counterCount() {
    return counterCount;
  }
}
