package io.lockstep.telemetry.otlp;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes samples, events and steps as OTLP requests through the OpenTelemetry SDK's exporters, and
/// gives back each encoded message (protobuf, not compressed) instead of sending it. Each call
/// makes exactly one request. Not thread-safe; a caller has its own.
public final class OtlpWriter implements AutoCloseable {
  static final InstrumentationScopeInfo SCOPE =
      InstrumentationScopeInfo.builder("io.lockstep").setSchemaUrl(Contract.SCHEMA_URL).build();

  private final Resource resource;
  private final Capture capture = new Capture();
  private final OtlpHttpMetricExporter metrics;
  private final OtlpHttpLogRecordExporter logs;
  private final OtlpHttpSpanExporter spans;

  /// @param resource who sends: `host.name`, `service.name`, `service.version`; its schema url is
  ///   set to the contract's
  public OtlpWriter(Resource resource) {
    this.resource = Resource.create(resource.getAttributes(), Contract.SCHEMA_URL);
    this.metrics =
        OtlpHttpMetricExporter.builder()
            .setComponentLoader(capture.loader())
            .setMeterProvider(MeterProvider.noop())
            .setRetryPolicy(null)
            .build();
    this.logs =
        OtlpHttpLogRecordExporter.builder()
            .setComponentLoader(capture.loader())
            .setMeterProvider(MeterProvider::noop)
            .setRetryPolicy(null)
            .build();
    this.spans =
        OtlpHttpSpanExporter.builder()
            .setComponentLoader(capture.loader())
            .setMeterProvider(MeterProvider::noop)
            .setRetryPolicy(null)
            .build();
  }

  /// Encodes one round of samples as one ExportMetricsServiceRequest.
  ///
  /// @param timeNanos the round's time, Unix nanoseconds, stamped on every point
  /// @param startNanos since when counters count (boot of the host), Unix nanoseconds; 0 if unknown
  public byte[] metrics(List<Sample> samples, long timeNanos, long startNanos) {
    Map<Metric, List<Sample>> byMetric = new LinkedHashMap<>();
    for (Sample sample : samples) {
      byMetric.computeIfAbsent(sample.metric(), _ -> new ArrayList<>()).add(sample);
    }
    var data = new ArrayList<MetricData>(byMetric.size());
    byMetric.forEach(
        (metric, points) -> data.add(Points.of(resource, metric, points, timeNanos, startNanos)));
    return captured(metrics.export(data));
  }

  /// Encodes events as one ExportLogsServiceRequest.
  public byte[] events(List<Occurrence> events) {
    var data = new ArrayList<LogRecordData>(events.size());
    events.forEach(event -> data.add(new EventRecord(resource, event)));
    return captured(logs.export(data));
  }

  /// Encodes steps as one ExportTraceServiceRequest, grouped by resource.
  public byte[] steps(List<TrainingStep> steps) {
    var data = new ArrayList<SpanData>(steps.size());
    steps.forEach(step -> data.add(StepSpan.of(step)));
    return captured(spans.export(data));
  }

  private byte[] captured(CompletableResultCode result) {
    if (!result.isSuccess()) {
      throw new IllegalStateException(
          "the message could not be encoded", result.getFailureThrowable());
    }
    return capture.message();
  }

  @Override
  public void close() {
    metrics.close();
    logs.close();
    spans.close();
  }
}
