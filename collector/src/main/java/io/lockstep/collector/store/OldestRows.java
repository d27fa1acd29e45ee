package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives up the oldest hour of all tables while the store's disk has too little room, so that it
/// never becomes full by what is stored: better a shorter past than no present. The hour that is
/// being written is never given up. One thread.
final class OldestRows {
  private static final Logger LOG = LoggerFactory.getLogger(OldestRows.class);

  /// What was given up takes a moment to be gone.
  private static final long EACH_NANOS = Duration.ofSeconds(10).toNanos();

  /// `2026-11-28T01`, with which the name of each partition of an hour begins.
  private static final int HOUR_LENGTH = 13;

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
    Map<Table, List<String>> hours = hours(query);
    String oldest = hours.values().stream().flatMap(List::stream).min(String::compareTo).orElse("");
    if (!giving) {
      giving = true;
      LOG.warn(
          "questdb is short of room, its oldest rows are given up hour={} free={}MiB"
              + " store.questdb.keep_free={}MiB",
          oldest.isEmpty() ? "none is left" : oldest,
          room.free() >> 20,
          room.keep() >> 20);
    }
    long given = 0;
    for (Map.Entry<Table, List<String>> one : hours.entrySet()) {
      long parts = one.getValue().stream().filter(oldest::equals).count();
      if (parts > 0) {
        query.execute(
            "ALTER TABLE %s DROP PARTITION WHERE %s < dateadd('h', 1, '%s:00:00.000000Z')"
                .formatted(one.getKey().tableName(), Schema.TIME, oldest));
        given += parts;
      }
    }
    return given;
  }

  /// The hours of each table, as often as there are partitions of it, without the newest.
  private static Map<Table, List<String>> hours(QuestDbQuery query) throws IOException {
    var hours = new HashMap<Table, List<String>>();
    for (Table table : Table.values()) {
      var all = new ArrayList<String>();
      for (Map<String, ?> row :
          query.rows("SELECT name FROM table_partitions('" + table.tableName() + "')")) {
        String name = String.valueOf(row.get("name"));
        all.add(name.substring(0, Math.min(HOUR_LENGTH, name.length())));
      }
      String newest = all.stream().max(String::compareTo).orElse("");
      all.removeIf(newest::equals);
      hours.put(table, all);
    }
    return hours;
  }
}
