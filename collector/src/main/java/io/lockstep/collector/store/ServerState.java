package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Table;
import java.time.Instant;
import java.util.Map;

/// How the supervised QuestDB is.
///
/// @param since when the phase began
/// @param reason why it is down; empty when it is not
/// @param restarts starts after the first
/// @param suspended tables to which it applies nothing any more, each with QuestDB's reason
/// @param behind transactions that are stored but not yet to be seen in queries
public record ServerState(
    Phase phase,
    Instant since,
    String reason,
    long restarts,
    Map<Table, String> suspended,
    long behind) {

  /// Where it is in its life.
  public enum Phase {
    STARTING,
    READY,
    DOWN,
    STOPPED
  }

  public ServerState {
    suspended = Map.copyOf(suspended);
  }

  ServerState ready(Instant now) {
    return new ServerState(Phase.READY, now, "", restarts, Map.of(), 0);
  }

  ServerState down(String why, Instant now) {
    return new ServerState(Phase.DOWN, now, why, restarts + 1, Map.of(), 0);
  }

  ServerState seen(Map<Table, String> tables, long transactions) {
    return new ServerState(phase, since, reason, restarts, tables, transactions);
  }

  ServerState stopped(Instant now) {
    return new ServerState(Phase.STOPPED, now, "", restarts, Map.of(), 0);
  }
}
