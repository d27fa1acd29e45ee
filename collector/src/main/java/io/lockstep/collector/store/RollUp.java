package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/// What one minute of a table's rows becomes: one row for each of their keys, in the table
/// `NAME_1m`. Its time is the minute's begin, `samples` the number of rows of that minute.
///
/// A measured column `power` becomes `power_min`, `power_mean`, `power_max` and `power_last`; one
/// of whole numbers of 32 bits, which are states, flags and small counts, has no mean. Of counters
/// there is only the last value, of which any longer time can be told, and so of tables that have
/// few rows a minute anyway. Null where no row of the minute has a value.
public final class RollUp {
  /// Events are no series: they are kept as they are.
  static final List<Table> TABLES =
      List.of(Table.values()).stream().filter(table -> table != Table.EVENT).toList();

  /// What a row stands for.
  public static final Duration MINUTE = Duration.ofMinutes(1);

  static final String SUFFIX = "_1m";

  static final String SAMPLES = "samples";

  /// @param name in the roll-up
  /// @param type QuestDB's
  /// @param expression of a minute's rows
  private record Part(String name, String type, String expression) {}

  private RollUp() {}

  /// The name of a table's roll-up.
  public static String name(Table table) {
    return table.tableName() + SUFFIX;
  }

  /// @param kept how long
  static StoreTable table(Table table, Duration kept) {
    var columns = new LinkedHashMap<String, String>();
    for (String key : Schema.keys(table)) {
      columns.put(key, Objects.requireNonNull(Schema.columns(table).get(key)));
    }
    columns.put(SAMPLES, "INT");
    for (Part part : parts(table)) {
      if (columns.put(part.name, part.type) != null) {
        throw new IllegalStateException(name(table) + "." + part.name + " is there twice");
      }
    }
    return new StoreTable(name(table), columns, Schema.keys(table), "DAY", kept);
  }

  /// The statement that makes, or makes anew, the roll-up of some minutes.
  ///
  /// @param from begin of the first, Unix minutes
  /// @param to end of the last, Unix minutes
  /// @param hosts whose rows; empty for all
  static String insert(Table table, long from, long to, Collection<String> hosts) {
    List<Part> parts = parts(table);
    String keys = String.join(", ", Schema.keys(table));
    return "INSERT INTO %s (%s, %s, %s) SELECT %s, count()::INT, %s FROM %s WHERE %s SAMPLE BY 1m ALIGN TO CALENDAR"
        .formatted(
            name(table),
            keys,
            SAMPLES,
            parts.stream().map(Part::name).collect(Collectors.joining(", ")),
            keys,
            parts.stream().map(Part::expression).collect(Collectors.joining(", ")),
            table.tableName(),
            rows(from, to, hosts));
  }

  /// The condition for rows of some minutes.
  static String rows(long from, long to, Collection<String> hosts) {
    String rows = "%s >= '%s' AND %1$s < '%s'".formatted(Schema.TIME, text(from), text(to));
    return hosts.isEmpty()
        ? rows
        : hosts.stream()
            .map(host -> "'" + host.replace("'", "''") + "'")
            .collect(Collectors.joining(", ", rows + " AND host IN (", ")"));
  }

  static Instant text(long minute) {
    return Instant.ofEpochSecond(minute * MINUTE.toSeconds());
  }

  private static List<Part> parts(Table table) {
    var parts = new ArrayList<Part>();
    if (table == Table.METRIC) {
      parts.add(last("unit", "unit", "SYMBOL"));
      measured(parts, "value", Column.Type.DOUBLE);
    }
    if (table == Table.RANK) {
      parts.add(last("iteration_last", "iteration", "LONG"));
      parts.add(last("world_size", "world_size", "INT"));
      parts.add(last("pipeline_stage", "pipeline_stage", "INT"));
      parts.add(last("expert_group", "expert_group", "INT"));
      parts.add(last("gpu", "gpu", "SYMBOL"));
    }
    for (Column column : Contract.columns(table)) {
      Metric metric = Objects.requireNonNull(Contract.metric(column.metric()));
      if (metric.kind() == Metric.Kind.COUNTER || seldom(table)) {
        parts.add(last(column.name() + "_last", column.name(), column.type().name()));
      } else {
        measured(parts, column.name(), column.type());
      }
    }
    return parts;
  }

  /// Tables of one to six rows a minute.
  private static boolean seldom(Table table) {
    return table == Table.GPU_SLOW || table == Table.HOST_SLOW || table == Table.PART;
  }

  private static void measured(List<Part> parts, String name, Column.Type type) {
    parts.add(new Part(name + "_min", type.name(), "min(" + name + ")"));
    if (type != Column.Type.INT) {
      String wide = type == Column.Type.FLOAT ? "FLOAT" : "DOUBLE";
      parts.add(new Part(name + "_mean", wide, "avg(" + name + ")::" + wide));
    }
    parts.add(new Part(name + "_max", type.name(), "max(" + name + ")"));
    parts.add(last(name + "_last", name, type.name()));
  }

  private static Part last(String name, String column, String type) {
    return new Part(name, type, "last_not_null(" + column + ")");
  }
}
