package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// QuestDB's tables, made from the contract. They stand before the first line comes, because those
/// that QuestDB makes by itself keep a repeated row twice.
///
/// Tables only ever grow: a newer version's columns are added, and nothing is dropped or changed in
/// type, so that an older version can go on with them.
final class Schema {
  /// The designated timestamp of every table, UTC, microseconds.
  static final String TIME = "ts";

  private Schema() {}

  /// The table's columns: name and QuestDB's type, keys first. The dictionary of a SYMBOL never
  /// shrinks, so what has no end (attributes of unknown metrics, event ids, text) is VARCHAR.
  static SequencedMap<String, String> columns(Table table) {
    var columns = new LinkedHashMap<String, String>();
    columns.put(TIME, "TIMESTAMP");
    columns.put("cluster", "SYMBOL");
    columns.put("host", "SYMBOL");
    switch (table) {
      case METRIC -> {
        columns.put("service", "SYMBOL");
        columns.put("metric", "SYMBOL");
        columns.put("attributes", "VARCHAR");
        columns.put("unit", "SYMBOL");
        columns.put("value", "DOUBLE");
      }
      case EVENT -> {
        columns.put("id", "VARCHAR");
        columns.put("subject", "SYMBOL");
        columns.put("service", "SYMBOL");
        columns.put("name", "SYMBOL");
        columns.put("severity", "INT");
        columns.put("body", "VARCHAR");
        columns.put("attributes", "VARCHAR");
      }
      case RANK -> {
        columns.put("subject", "SYMBOL");
        columns.put("job", "SYMBOL");
        columns.put("attempt", "SYMBOL");
        columns.put("iteration", "LONG");
        columns.put("world_size", "INT");
        columns.put("pipeline_stage", "INT");
        columns.put("expert_group", "INT");
        columns.put("gpu", "SYMBOL");
      }
      case GPU, GPU_SLOW, PORT, HOST, HOST_SLOW, PART -> columns.put("subject", "SYMBOL");
    }
    for (Column column : Contract.columns(table)) {
      if (columns.put(column.name(), column.type().name()) != null) {
        throw new IllegalStateException(column + " has the name of a key");
      }
    }
    return columns;
  }

  /// The columns that make two rows the same row: of two such rows the later one written stays.
  static List<String> keys(Table table) {
    return switch (table) {
      case METRIC -> List.of(TIME, "cluster", "host", "service", "metric", "attributes");
      case EVENT -> List.of(TIME, "cluster", "host", "id");
      case RANK -> List.of(TIME, "cluster", "host", "subject", "job", "attempt");
      case GPU, GPU_SLOW, PORT, HOST, HOST_SLOW, PART ->
          List.of(TIME, "cluster", "host", "subject");
    };
  }

  /// All tables as they must be: of what arrives, of its minutes, and of the window's day.
  static List<StoreTable> tables(QuestDbServer.Config config) {
    var all = new ArrayList<StoreTable>();
    for (Table table : Table.values()) {
      Duration kept = table == Table.EVENT ? config.longest() : config.retention();
      all.add(new StoreTable(table.tableName(), columns(table), keys(table), "HOUR", kept));
    }
    for (Table table : config.rollups().enabled() ? RollUp.TABLES : List.<Table>of()) {
      all.add(RollUp.table(table, config.longest()));
    }
    PastTable.TABLES.forEach(table -> all.add(PastTable.table(table)));
    return all;
  }

  /// Makes what is missing: tables, and columns that a newer version brings. Does nothing when all
  /// is there.
  ///
  /// @throws IOException when QuestDB refuses, or a column is there with another type
  static void apply(QuestDbQuery store, QuestDbServer.Config config) throws IOException {
    Map<String, Long> retentions = retentionHours(store);
    for (StoreTable table : tables(config)) {
      Long hours = retentions.get(table.name());
      if (hours == null) {
        store.execute(table.create());
      } else {
        if (hours != table.kept().toHours()) {
          store.execute(table.alter() + "SET TTL " + table.kept().toHours() + " HOURS");
        }
        addColumns(store, table);
      }
    }
  }

  private static Map<String, Long> retentionHours(QuestDbQuery store) throws IOException {
    var hours = new HashMap<String, Long>();
    for (Map<String, ?> row :
        store.rows("SELECT table_name, ttlValue, ttlUnit FROM tables() WHERE walEnabled")) {
      long each =
          switch (String.valueOf(row.get("ttlUnit"))) {
            case "HOUR" -> 1;
            case "DAY" -> 24;
            case "WEEK" -> 168;
            default -> 0;
          };
      long value = row.get("ttlValue") instanceof Long number ? number : 0;
      hours.put(String.valueOf(row.get("table_name")), value * each);
    }
    return hours;
  }

  private static void addColumns(QuestDbQuery store, StoreTable table) throws IOException {
    var there = new HashMap<String, String>();
    for (Map<String, ?> row : store.rows("SHOW COLUMNS FROM " + table.name())) {
      there.put(String.valueOf(row.get("column")), String.valueOf(row.get("type")));
    }
    for (var column : table.columns().entrySet()) {
      String type = there.get(column.getKey());
      if (type == null) {
        store.execute(table.alter() + "ADD COLUMN " + column.getKey() + " " + column.getValue());
      } else if (!type.equals(column.getValue())) {
        throw new IOException(
            "column %s.%s is %s and must be %s; rename the table to keep its rows"
                .formatted(table.name(), column.getKey(), type, column.getValue()));
      }
    }
  }
}
