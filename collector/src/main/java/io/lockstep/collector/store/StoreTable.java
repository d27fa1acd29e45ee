package io.lockstep.collector.store;

import java.time.Duration;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// A table of QuestDB as it must be.
///
/// @param name lower case
/// @param columns name and QuestDB's type, the designated timestamp first
/// @param keys the columns that make two rows the same row: of two such rows the later one written
///   stays
/// @param partition what time one folder of it holds: `HOUR` or `DAY`
/// @param kept how long rows are kept, whole hours
record StoreTable(
    String name,
    SequencedMap<String, String> columns,
    List<String> keys,
    String partition,
    Duration kept) {

  /// The statement that makes the table where it is not there yet.
  String create() {
    return "CREATE TABLE IF NOT EXISTS "
        + name
        + columns.entrySet().stream()
            .map(column -> column.getKey() + " " + column.getValue())
            .collect(Collectors.joining(", ", " (", ")"))
        + " TIMESTAMP("
        + columns.firstEntry().getKey()
        + ") PARTITION BY "
        + partition
        + " TTL "
        + kept.toHours()
        + " HOURS WAL DEDUP UPSERT KEYS("
        + String.join(", ", keys)
        + ")";
  }

  String alter() {
    return "ALTER TABLE " + name + " ";
  }
}
