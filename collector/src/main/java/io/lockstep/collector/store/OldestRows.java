package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives up the oldest rows while the store's disk has too little room, so that it never becomes
/// full by what is stored: better a shorter past than no present. First go rows as they came, an
/// hour of all tables at a time; where nothing of them is left but the hour that is being written,
/// the oldest day of roll-ups and events. One thread.
final class OldestRows {
  private static final Logger LOG = LoggerFactory.getLogger(OldestRows.class);

  /// What was given up takes a moment to be gone.
  private static final long EACH_NANOS = Duration.ofSeconds(10).toNanos();

  /// What goes together.
  ///
  /// @param tables their names
  /// @param unit `h` or `d`
  /// @param length of the begin of a partition's name that says which it is
  /// @param rest what makes a time of that begin
  private record Shelf(List<String> tables, String unit, int length, String rest) {}

  /// `2026-11-28T01` begins the name of each partition of an hour.
  private static final Shelf HOURS =
      new Shelf(
          Stream.of(Table.values())
              .filter(table -> table != Table.EVENT)
              .map(Table::tableName)
              .toList(),
          "h",
          13,
          ":00:00.000000Z");

  /// `2026-11-28` that of each day, and of each of its hours.
  private static final Shelf DAYS =
      new Shelf(
          Stream.concat(RollUp.TABLES.stream().map(RollUp::name), Stream.of("event")).toList(),
          "d",
          10,
          "T00:00:00.000000Z");

  private boolean giving;
  private long notBefore = System.nanoTime();

  /// Looks at the room, and gives up an hour where it is short.
  ///
  /// @return the room with what has become of it
  Room keep(QuestDbQuery query, Room room) throws IOException {
    if (!room.isShort()) {
      tellEnd(room);
      return room.after(0);
    }
    if (System.nanoTime() - notBefore < 0) {
      return room;
    }
    notBefore = System.nanoTime() + EACH_NANOS;
    return room.after(giveUp(query, room));
  }

  private void tellEnd(Room room) {
    if (giving) {
      giving = false;
      LOG.info(
          "questdb has room again free={}MiB partitions_given_up={}",
          room.free() >> 20,
          room.dropped());
    }
  }

  private long giveUp(QuestDbQuery query, Room room) throws IOException {
    for (Shelf shelf : List.of(HOURS, DAYS)) {
      Map<String, List<String>> parts = parts(query, shelf);
      String oldest =
          parts.values().stream().flatMap(List::stream).min(String::compareTo).orElse("");
      if (!oldest.isEmpty()) {
        tellBegin(oldest, room);
        return giveUp(query, shelf, parts, oldest);
      }
    }
    tellBegin("none is left", room);
    return 0;
  }

  private void tellBegin(String oldest, Room room) {
    if (!giving) {
      giving = true;
      LOG.warn(
          "questdb is short of room, its oldest rows are given up oldest=\"{}\" free={}MiB"
              + " store.questdb.keep_free={}MiB",
          oldest,
          room.free() >> 20,
          room.keep() >> 20);
    }
  }

  private static long giveUp(
      QuestDbQuery query, Shelf shelf, Map<String, List<String>> parts, String oldest)
      throws IOException {
    long given = 0;
    for (Map.Entry<String, List<String>> one : parts.entrySet()) {
      long count = one.getValue().stream().filter(oldest::equals).count();
      if (count > 0) {
        query.execute(
            "ALTER TABLE %s DROP PARTITION WHERE %s < dateadd('%s', 1, '%s')"
                .formatted(one.getKey(), Schema.TIME, shelf.unit, oldest + shelf.rest));
        given += count;
      }
    }
    return given;
  }

  /// The hours or days of each table, as often as there are partitions of it, without the newest.
  private static Map<String, List<String>> parts(QuestDbQuery query, Shelf shelf)
      throws IOException {
    Set<String> there = there(query);
    var parts = new HashMap<String, List<String>>();
    for (String table : shelf.tables) {
      if (!there.contains(table)) {
        continue; // without roll-ups
      }
      var all = new ArrayList<String>();
      for (Map<String, ?> row : query.rows("SELECT name FROM table_partitions('" + table + "')")) {
        String name = String.valueOf(row.get("name"));
        all.add(name.substring(0, Math.min(shelf.length, name.length())));
      }
      String newest = all.stream().max(String::compareTo).orElse("");
      all.removeIf(newest::equals);
      parts.put(table, all);
    }
    return parts;
  }

  private static Set<String> there(QuestDbQuery query) throws IOException {
    return query.rows("SELECT table_name FROM tables()").stream()
        .map(row -> String.valueOf(row.get("table_name")))
        .collect(Collectors.toSet());
  }
}
