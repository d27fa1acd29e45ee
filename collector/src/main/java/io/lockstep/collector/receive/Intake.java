package io.lockstep.collector.receive;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Where a received request goes: the window, the detectors and the store. Every way in (HTTP
/// today) ends here.
public interface Intake {
  /// Takes one request. Never blocks the caller.
  ///
  /// @param id the agent's batch id; null from senders without
  /// @param protobuf the request, inflated, OTLP protobuf (JSON is turned into it before)
  /// @return the answer, once the store has it or it is clear that it has not
  CompletionStage<Answer> take(Sender sender, Signal signal, @Nullable BatchId id, byte[] protobuf);

  /// What the sender is told.
  sealed interface Answer {
    /// The store has it all but for what was refused (OTLP partial success).
    ///
    /// @param refused points, records or spans refused; 0 when all was taken
    /// @param reason why the first was refused; empty when none was
    record Stored(long refused, String reason) implements Answer {}

    /// The bytes are not OTLP; sending them again is of no use.
    record Malformed(String reason) implements Answer {}

    /// Not stored; the sender is to try again.
    record Later(Duration retryAfter, String reason) implements Answer {}
  }
}
