package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks after one run of QuestDB from outside: does it answer, does it apply what is written, are
/// its tables as they must be. For one thread.
final class QuestDbWatch {
  private static final Logger LOG = LoggerFactory.getLogger(QuestDbWatch.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /// So long may it answer nothing before it is taken for hung.
  private static final Duration DEAF = Duration.ofMinutes(1);

  /// After so many looks the tables are made whole again, should somebody have dropped one.
  private static final int SCHEMA_LOOKS = 10;

  private final QuestDbQuery query;
  private final Duration retention;
  private final Set<Table> resumed = EnumSet.noneOf(Table.class);
  private long heard = System.nanoTime();
  private int looks;
  private String trouble = "";

  /// @param retention how long rows are kept
  QuestDbWatch(StoreAddress address, Duration retention) {
    this.query = new QuestDbQuery(address, TIMEOUT);
    this.retention = retention;
  }

  /// Looks once.
  ///
  /// @return the state with what was seen; the same when nothing could be seen
  ServerState look(ServerState state) {
    ServerState seen = state;
    try {
      seen = tables(state);
      heard = System.nanoTime();
      resume(seen.suspended().keySet());
    } catch (IOException e) {
      LOG.debug("questdb did not answer", e);
    }
    if (++looks % SCHEMA_LOOKS == 0) {
      mend();
    }
    return seen;
  }

  /// Whether it has answered nothing for so long that it must be taken for hung.
  boolean deaf() {
    return System.nanoTime() - heard > DEAF.toNanos();
  }

  private ServerState tables(ServerState before) throws IOException {
    var suspended = new EnumMap<Table, String>(Table.class);
    long behind = 0;
    for (Map<String, ?> row : query.rows("wal_tables()")) {
      Table table = tableOf(String.valueOf(row.get("name")));
      if (table == null) {
        continue;
      }
      if (row.get("sequencerTxn") instanceof Long written
          && row.get("writerTxn") instanceof Long applied) {
        behind += written - applied;
      }
      if (Boolean.TRUE.equals(row.get("suspended"))) {
        suspended.put(table, String.valueOf(row.get("errorMessage")));
      }
    }
    tell(before.suspended().keySet(), suspended);
    return before.seen(suspended, behind);
  }

  private static @Nullable Table tableOf(String name) {
    for (Table table : Table.values()) {
      if (table.tableName().equals(name)) {
        return table;
      }
    }
    return null;
  }

  private static void tell(Set<Table> before, Map<Table, String> now) {
    now.forEach((table, why) -> {
      if (!before.contains(table)) {
        LOG.error(
            "questdb table suspended table={} reason=\"{}\": rows for it are not acknowledged",
            table.tableName(),
            why);
      }
    });
    for (Table table : before) {
      if (!now.containsKey(table)) {
        LOG.info("questdb table resumed table={}", table.tableName());
      }
    }
  }

  /// Lets each table go on once; one that is suspended again has a cause that must be mended first.
  private void resume(Set<Table> suspended) throws IOException {
    for (Table table : suspended) {
      if (resumed.add(table)) {
        query.execute("ALTER TABLE " + table.tableName() + " RESUME WAL");
      }
    }
  }

  private void mend() {
    String now = "";
    try {
      Schema.apply(query, retention);
    } catch (IOException e) {
      now = String.valueOf(e.getMessage());
      if (!now.equals(trouble)) {
        LOG.error("questdb tables not as they must be reason=\"{}\"", now);
      }
    }
    trouble = now;
  }
}
