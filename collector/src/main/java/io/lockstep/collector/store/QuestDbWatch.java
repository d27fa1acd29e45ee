package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

  /// The tables that are looked after: of what arrives, and of its minutes.
  private static final Map<String, Table> NAMES = names();

  private final QuestDbQuery query;
  private final QuestDbServer.Config config;
  private final QuestDbFolder folder;
  private final InstantSource clock;
  private final OldestRows oldestRows = new OldestRows();
  private final Resumption resumption = new Resumption();
  private long heard = System.nanoTime();
  private int looks;
  private String trouble = "";

  /// All that are suspended, with QuestDB's reason. That of a minute's rows is no reason to hold
  /// back what arrives.
  private Map<String, String> suspended = Map.of();

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
      resume();
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
    var now = new TreeMap<String, String>();
    var raw = new EnumMap<Table, String>(Table.class);
    long behind = 0;
    for (Map<String, ?> row : query.rows("wal_tables()")) {
      String name = String.valueOf(row.get("name"));
      Table table = NAMES.get(name);
      if (table == null) {
        continue;
      }
      if (row.get("sequencerTxn") instanceof Long written
          && row.get("writerTxn") instanceof Long applied) {
        behind += written - applied;
      }
      if (Boolean.TRUE.equals(row.get("suspended"))) {
        now.put(name, String.valueOf(row.get("errorMessage")));
        if (name.equals(table.tableName())) {
          raw.put(table, String.valueOf(row.get("errorMessage")));
        }
      }
    }
    tell(suspended.keySet(), now);
    suspended = now;
    return before.seen(raw, behind);
  }

  private static Map<String, Table> names() {
    var names = new HashMap<String, Table>();
    for (Table table : Table.values()) {
      names.put(table.tableName(), table);
      names.put(RollUp.name(table), table);
    }
    PastTable.TABLES.forEach(table -> names.put(PastTable.name(table), table));
    return Map.copyOf(names);
  }

  private static void tell(Set<String> before, Map<String, String> now) {
    now.forEach((table, why) -> {
      if (!before.contains(table)) {
        LOG.error(
            "questdb table suspended table={} reason=\"{}\": {}",
            table,
            why,
            table.endsWith(RollUp.SUFFIX) || table.endsWith(PastTable.SUFFIX)
                ? "its rows wait in its log"
                : "what comes waits in the journal");
      }
    });
    for (String table : before) {
      if (!now.containsKey(table)) {
        LOG.info("questdb table resumed table={}", table);
      }
    }
  }

  private void resume() throws IOException {
    resumption.seen(suspended.keySet(), System.nanoTime());
    for (String table : suspended.keySet()) {
      if (resumption.due(table, System.nanoTime())) {
        query.execute("ALTER TABLE " + table + " RESUME WAL");
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
