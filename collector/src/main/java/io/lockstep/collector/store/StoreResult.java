package io.lockstep.collector.store;

import java.time.Duration;

/// What became of a batch.
public sealed interface StoreResult {
  /// The batch is safe from a `kill -9` of the collector or the store, and in the store within
  /// seconds, or once it is back.
  ///
  /// @param refused rows that can't be written as line protocol; 0 when there are none. They need
  ///   not be sent again.
  /// @param reason why the first of them was refused; empty when none was
  record Kept(long refused, String reason) implements StoreResult {}

  /// Not kept. Parts of the batch may still reach the store: sending it again does no harm, as
  /// equal rows are kept once.
  ///
  /// @param retryAfter when the sender may try again
  record Later(Duration retryAfter, String reason) implements StoreResult {}
}
