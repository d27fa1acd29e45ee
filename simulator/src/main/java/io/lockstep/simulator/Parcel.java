package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import org.jspecify.annotations.Nullable;

/// One request of one simulated server.
///
/// @param server index of the server, from 0
/// @param signal which of the three requests it is
/// @param id the agent's batch id; null from a training process that sends for itself
/// @param timeNanos when it is sent, Unix nanoseconds
/// @param body OTLP protobuf, not compressed; belongs to the receiver
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, copied by nobody
public record Parcel(
    int server, Signal signal, @Nullable BatchId id, long timeNanos, byte[] body) {}
