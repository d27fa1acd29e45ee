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
/// @param queueBytes line protocol that waits or is on its way
/// @param queueLimitBytes bound of the former
/// @param storedLines rows acknowledged by the store since the start
/// @param storedValues values in them
/// @param refusedLines rows that the store refused; they stand in `refused.jsonl`
/// @param skippedRows rows that could not be written as a line: no value, or a key that no store
///   takes
/// @param lateBatches batches whose senders were told to come later
/// @param suspended tables that are not acknowledged now: name → QuestDB's reason
/// @param server the supervised QuestDB; null for an external store
public record StoreState(
    String kind,
    String url,
    boolean reachable,
    Instant since,
    String reason,
    long queueBytes,
    long queueLimitBytes,
    long storedLines,
    long storedValues,
    long refusedLines,
    long skippedRows,
    long lateBatches,
    SequencedMap<String, String> suspended,
    @Nullable ServerState server) {

  /// Whether everything that is sent now is stored.
  public boolean ready() {
    return reachable
        && suspended.isEmpty()
        && (server == null || server.phase() == ServerState.Phase.READY);
  }
}
