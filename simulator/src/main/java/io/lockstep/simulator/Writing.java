package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Sample;
import java.util.List;

/// Writes the values of one [YardstickServer] as requests. One thread at a time.
sealed interface Writing permits OtlpWriting, LineWriting, RemoteWriting {
  /// A request's body, not compressed beyond what its protocol wants.
  ///
  /// @param samples values of a second, in the order of their places
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
  /// @param places whose the values will be, in their order
  /// @param bootNanos since when counters count, Unix nanoseconds
  static Writing of(Wire wire, String host, List<YardstickServer.Place> places, long bootNanos) {
    return switch (wire) {
      case OTLP, OTLP_VICTORIAMETRICS, OTLP_PROMETHEUS -> new OtlpWriting(wire, host, bootNanos);
      case INFLUX -> new LineWriting(host, places);
      case REMOTE_WRITE -> new RemoteWriting(host, places);
    };
  }
}
