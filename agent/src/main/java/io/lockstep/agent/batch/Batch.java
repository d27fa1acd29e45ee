package io.lockstep.agent.batch;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;

/// One OTLP request of one signal, ready to send.
///
/// @param id stays with it for ever, however often it is sent
/// @param timeNanos when it was made, Unix nanoseconds by this server's clock
/// @param gzip the request as protobuf, compressed once; nobody writes to it
@SuppressWarnings("ArrayRecordComponent") // batches are told apart by id, never compared
public record Batch(BatchId id, Signal signal, long timeNanos, byte[] gzip) {}
