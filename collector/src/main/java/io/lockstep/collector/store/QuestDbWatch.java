package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
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

  /// So long may it answer nothing before it is called hung: it has all of a collection's time.
  private static final Duration QUIET = Duration.ofSeconds(15);

  /// So long may it answer nothing before it is replaced.
  private static final Duration DEAF = Duration.ofMinutes(1);

  /// After so many looks the tables are made whole again, should somebody have dropped one.
  private static final int SCHEMA_LOOKS = 10;

  private final QuestDbQuery query;
  private final QuestDbServer.Config config;
  private final QuestDbFolder folder;
  private final InstantSource clock;
  private final OldestRows oldestRows = new OldestRows();
  private final Resumption resumption = new Resumption();
  private long heard = System.nanoTime();
  private int looks;
  private String trouble = "";

  QuestDbWatch(
      StoreAddress address,
      QuestDbServer.Config config,
      QuestDbFolder folder,
      InstantSource clock) {
    this.query = new QuestDbQuery(address, TIMEOUT);
    this.config = config;
    this.folder = folder;
    this.clock = clock;
  }

  /// Looks once.
  ///
  /// @return the state with what was seen; the same when nothing could be seen
  ServerState look(ServerState state) {
    ServerState seen = state.with(folder.room(config.keepFree(), state.room()));
    try {
      seen = tables(seen);
      heard = System.nanoTime();
      seen = recovers(seen);
      resume(seen.suspended().keySet());
      seen = seen.with(oldestRows.keep(query, seen.room()));
    } catch (IOException e) {
      LOG.debug("questdb did not answer", e);
      seen = hangs(seen);
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

  private ServerState hangs(ServerState state) {
    Duration quiet = Duration.ofNanos(System.nanoTime() - heard);
    if (quiet.compareTo(QUIET) < 0 || state.phase() == ServerState.Phase.HUNG) {
      return state;
    }
    String why = "its process runs and has answered nothing for " + quiet.toSeconds() + " s";
    LOG.error("questdb hangs reason=\"{}\": it is replaced when that lasts", why);
    return state.hung(why, clock.instant());
  }

  private ServerState recovers(ServerState state) {
    if (state.phase() != ServerState.Phase.HUNG) {
      return state;
    }
    LOG.info("questdb answers again");
    return state.ready(clock.instant()).seen(state.suspended(), state.behind());
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
            "questdb table suspended table={} reason=\"{}\": what comes waits in the journal",
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

  private void resume(Set<Table> suspended) throws IOException {
    resumption.seen(suspended, System.nanoTime());
    for (Table table : suspended) {
      if (resumption.due(table, System.nanoTime())) {
        query.execute("ALTER TABLE " + table.tableName() + " RESUME WAL");
      }
    }
  }

  private void mend() {
    String now = "";
    try {
      Schema.apply(query, config);
    } catch (IOException e) {
      now = String.valueOf(e.getMessage());
      if (!now.equals(trouble)) {
        LOG.error("questdb tables not as they must be reason=\"{}\"", now);
      }
    }
    trouble = now;
  }
}
