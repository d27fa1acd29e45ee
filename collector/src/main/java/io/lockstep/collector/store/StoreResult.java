package io.lockstep.collector.store;

import java.time.Duration;

/// What became of a batch.
public sealed interface StoreResult {
  /// The store has acknowledged the batch; it is there after a `kill -9` of the store.
  ///
  /// @param refused lines that the store, or the line protocol, can't take; 0 when it has them all.
  ///   They are set aside and need not be sent again.
  /// @param reason why the first of them was refused; empty when none was
  record Stored(long refused, String reason) implements StoreResult {
    static final Stored ALL = new Stored(0, "");
  }

  /// Not acknowledged. The batch may still reach the store: sending it again does no harm, as equal
  /// rows are kept once.
  ///
  /// @param retryAfter when the sender may try again
  record Later(Duration retryAfter, String reason) implements StoreResult {}
}
