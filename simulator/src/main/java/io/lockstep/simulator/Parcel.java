package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One request of one simulated server.
///
/// @param server index of the server, from 0
/// @param signal which of the three requests it is
/// @param id the agent's batch id; null from a training process that sends for itself
/// @param timeNanos when it is sent, Unix nanoseconds
/// @param encoding makes the request's bytes, so that they are made by who sends and not kept while
///   they wait; any thread, always the same bytes
public record Parcel(
    int server, Signal signal, @Nullable BatchId id, long timeNanos, Supplier<byte[]> encoding) {

  /// OTLP protobuf, not compressed; belongs to the caller.
  public byte[] body() {
    return encoding.get();
  }
}
