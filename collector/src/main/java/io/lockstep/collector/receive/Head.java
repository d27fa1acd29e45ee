package io.lockstep.collector.receive;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import org.jspecify.annotations.Nullable;

/// What a request's head says: to be taken, or a [Refusal].
sealed interface Head permits Head.Accepted, Refusal {
  /// A request whose body is to be read.
  ///
  /// @param coding how the body is compressed
  /// @param batch the agent's batch id; null from senders without
  record Accepted(
      Sender sender, Signal signal, Encoding encoding, Coding coding, @Nullable BatchId batch)
      implements Head {
    /// The same, compressed in another way.
    Accepted as(Coding other) {
      return new Accepted(sender, signal, encoding, other, batch);
    }
  }
}
