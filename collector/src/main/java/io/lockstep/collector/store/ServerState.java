package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Table;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How the supervised QuestDB is.
///
/// @param since when the phase began
/// @param reason why it is down; empty when it is not
/// @param restarts starts after the first
/// @param suspended tables to which it applies nothing any more, each with QuestDB's reason
/// @param behind transactions that are stored but not yet to be seen in queries
/// @param room on its disk
public record ServerState(
    Phase phase,
    Instant since,
    String reason,
    long restarts,
    Map<Table, String> suspended,
    long behind,
    Room room) {

  private static final List<String> DAMAGE =
      List.of("does not exist", "file is too small", "invalid", "corrupt", "file not found");

  /// Where it is in its life.
  public enum Phase {
    STARTING,
    READY,
    /// It runs and answers nothing.
    HUNG,
    DOWN,
    STOPPED
  }

  public ServerState {
    suspended = Map.copyOf(suspended);
  }

  static ServerState starting(Instant now) {
    return new ServerState(Phase.STARTING, now, "", 0, Map.of(), 0, Room.UNKNOWN);
  }

  ServerState ready(Instant now) {
    return new ServerState(Phase.READY, now, "", restarts, Map.of(), 0, room);
  }

  ServerState down(String why, Instant now) {
    return new ServerState(Phase.DOWN, now, why, restarts + 1, Map.of(), 0, room);
  }

  ServerState hung(String why, Instant now) {
    return phase == Phase.HUNG
        ? this
        : new ServerState(Phase.HUNG, now, why, restarts, suspended, behind, room);
  }

  ServerState seen(Map<Table, String> tables, long transactions) {
    return new ServerState(phase, since, reason, restarts, tables, transactions, room);
  }

  ServerState with(Room now) {
    return new ServerState(phase, since, reason, restarts, suspended, behind, now);
  }

  ServerState stopped(Instant now) {
    return new ServerState(Phase.STOPPED, now, "", restarts, Map.of(), 0, room);
  }

  /// Whether a table is suspended because files of it are missing or damaged. By QuestDB's own
  /// words, which are all that it says of it (9.3.4, `CairoException` and `TableUtils`).
  boolean damaged() {
    return suspended.values().stream().anyMatch(ServerState::tellsOfDamage);
  }

  private static boolean tellsOfDamage(String why) {
    String words = why.toLowerCase(Locale.ROOT);
    return DAMAGE.stream().anyMatch(words::contains);
  }
}
