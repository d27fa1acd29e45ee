package io.lockstep.telemetry.contract;

import io.lockstep.telemetry.contract.Column.Type;
import io.lockstep.telemetry.contract.Metric.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Takes the contract's rows as they are declared and gives each column its index.
final class Rows {
  /// A column as declared: where a metric with these attribute values is stored.
  ///
  /// @param attributes name, value, name, value …
  record At(Table table, String column, Type type, boolean live, List<String> attributes) {}

  private final Map<Table, List<Column>> columns;
  private final Map<String, Metric> metrics = new LinkedHashMap<>();

  Rows(Map<Table, List<Column>> columns) {
    this.columns = columns;
  }

  /// A column that the window in memory keeps as well as the store.
  static At live(Table table, String column, Type type, String... attributes) {
    return new At(table, column, type, true, List.of(attributes));
  }

  /// A column that only the store keeps.
  static At stored(Table table, String column, Type type, String... attributes) {
    return new At(table, column, type, false, List.of(attributes));
  }

  void gauge(String name, String unit, Subject subject, String help, At... places) {
    add(name, unit, Kind.GAUGE, subject, help, places);
  }

  void counter(String name, String unit, Subject subject, String help, At... places) {
    add(name, unit, Kind.COUNTER, subject, help, places);
  }

  void upDownCounter(String name, String unit, Subject subject, String help, At... places) {
    add(name, unit, Kind.UP_DOWN_COUNTER, subject, help, places);
  }

  /// A number of things whose attributes' values nobody knows beforehand: narrow rows of
  /// [Table#METRIC].
  void narrow(String name, String unit, Subject subject, String help) {
    add(name, unit, Kind.UP_DOWN_COUNTER, subject, help);
  }

  void spanAttribute(String name, String unit, String help, At place) {
    add(name, unit, Kind.SPAN_ATTRIBUTE, Subject.RANK, help, place);
  }

  /// Declares a metric, or adds columns to one that another kind of hardware has declared before.
  private void add(String name, String unit, Kind kind, Subject subject, String help, At... at) {
    var own = new ArrayList<Column>();
    var keys = new TreeSet<String>();
    Metric before = metrics.get(name);
    if (before != null) {
      if (before.kind() != kind || !before.unit().equals(unit)) {
        throw new IllegalStateException(name + " is declared with two kinds or units");
      }
      own.addAll(before.columns());
      keys.addAll(before.distinguishing());
    }
    for (At place : at) {
      Column column = column(name, place);
      own.add(column);
      keys.addAll(column.attributes().keySet());
    }
    Subject first = before == null ? subject : before.subject();
    String text = before == null ? help : before.help();
    metrics.put(name, new Metric(name, unit, kind, text, first, List.copyOf(keys), own));
  }

  private Column column(String metric, At at) {
    SortedMap<String, String> attributes = new TreeMap<>();
    for (int i = 0; i < at.attributes().size(); i += 2) {
      attributes.put(at.attributes().get(i), at.attributes().get(i + 1));
    }
    List<Column> table = columns.computeIfAbsent(at.table(), _ -> new ArrayList<>());
    for (Column other : table) {
      if (other.name().equals(at.column())) {
        throw new IllegalStateException(other + " is declared twice");
      }
    }
    var column =
        new Column(
            metric,
            Collections.unmodifiableSortedMap(attributes),
            at.table(),
            at.column(),
            at.type(),
            at.live(),
            table.size());
    table.add(column);
    return column;
  }

  List<Metric> metrics() {
    return List.copyOf(metrics.values());
  }
}
