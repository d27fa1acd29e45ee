package io.lockstep.collector.store;

import java.util.concurrent.CompletableFuture;

/// A batch on its way to the store, and the answer that somebody waits for.
///
/// @param arrived [System#nanoTime] when it was handed over
record Pending(Lines lines, long arrived, CompletableFuture<StoreResult> answer) {
  /// Memory it holds, bytes; a text outside Latin-1 holds up to twice that.
  long bytes() {
    return lines.text().length() + 256L;
  }
}
