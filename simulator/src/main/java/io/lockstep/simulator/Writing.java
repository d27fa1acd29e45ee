package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Sample;
import java.util.List;

/// Writes the values of one [YardstickServer] as requests. One thread at a time.
sealed interface Writing permits OtlpWriting, LineWriting, RemoteWriting {
  /// A request's body, not compressed beyond what its protocol wants.
  ///
  /// @param samples all values of a second, in the server's order
  /// @return bytes that are good until the next call
  byte[] body(List<Sample> samples, long timeNanos);

  /// What stands around it.
  ///
  /// @param gzip whether the body is to be compressed
  Envelope envelope(BatchId id, boolean gzip);

  /// Whether bodies can be compressed with gzip.
  default boolean packs() {
    return true;
  }

  /// What writes so.
  ///
  /// @param bootNanos since when counters count, Unix nanoseconds
  static Writing of(Wire wire, String host, YardstickServer server, long bootNanos) {
    return switch (wire) {
      case OTLP, OTLP_VICTORIAMETRICS, OTLP_PROMETHEUS -> new OtlpWriting(wire, host, bootNanos);
      case INFLUX -> new LineWriting(host, server.places());
      case REMOTE_WRITE -> new RemoteWriting(host, server.places());
    };
  }
}
