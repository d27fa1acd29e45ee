package io.lockstep.collector.store;

import java.time.Instant;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// How the store is, for health checks, metrics and the page.
///
/// @param kind as configured: `questdb` or `influx`
/// @param url where it listens; empty while the supervised store does not
/// @param reachable whether it took the last request, or none was sent yet
/// @param since when that became so
/// @param reason why it is not ready, or the last reason for which it took nothing; empty when it
///   always took what it was sent
/// @param journalBytes what is acknowledged and may not be in the store yet
/// @param journalLimitBytes bound of the former
/// @param storedLines rows acknowledged by the store since the start
/// @param storedValues values in them
/// @param refusedLines rows that the store refused; they stand in `refused.jsonl`
/// @param skippedRows rows that could not be written as a line: no value, or a key that no store
///   takes
/// @param laterBatches batches whose senders were told to come later
/// @param suspended tables to which QuestDB applies nothing, for which nothing is sent: name → its
///   reason
/// @param server the supervised QuestDB; null for an external store
public record StoreState(
    String kind,
    String url,
    boolean reachable,
    Instant since,
    String reason,
    long journalBytes,
    long journalLimitBytes,
    long storedLines,
    long storedValues,
    long refusedLines,
    long skippedRows,
    long laterBatches,
    SequencedMap<String, String> suspended,
    @Nullable ServerState server) {

  /// Whether the store takes what comes.
  public boolean ready() {
    StoreCondition now = condition();
    return now == StoreCondition.READY || now == StoreCondition.DISK_LOW;
  }

  /// How it is, in one word.
  public StoreCondition condition() {
    if (server == null) {
      return reachable ? StoreCondition.READY : StoreCondition.UNREACHABLE;
    }
    return switch (server.phase()) {
      case STARTING -> StoreCondition.STARTING;
      case HUNG -> StoreCondition.HUNG;
      case DOWN -> server.room().full() ? StoreCondition.DISK_FULL : StoreCondition.DOWN;
      case STOPPED -> StoreCondition.STOPPED;
      case READY -> running(server);
    };
  }

  private StoreCondition running(ServerState server) {
    boolean works = reachable && suspended.isEmpty();
    if (works) {
      return server.room().exhausted() ? StoreCondition.DISK_LOW : StoreCondition.READY;
    }
    if (server.room().full()) {
      return StoreCondition.DISK_FULL;
    }
    if (suspended.isEmpty()) {
      return StoreCondition.UNREACHABLE;
    }
    return server.damaged() ? StoreCondition.DAMAGED : StoreCondition.SUSPENDED;
  }
}
