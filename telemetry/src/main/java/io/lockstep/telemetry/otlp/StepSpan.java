package io.lockstep.telemetry.otlp;

import io.lockstep.telemetry.contract.Contract;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;

/// One training step as the SDK's exporter takes it. Its ids come from its content, so that the
/// same step always has the same bytes.
record StepSpan(Resource resource, TrainingStep step, SpanContext context) implements SpanData {
  static StepSpan of(TrainingStep step) {
    Resource resource = Resource.create(step.rank().getAttributes(), Contract.SCHEMA_URL);
    long high = mix(step.rank().getAttributes().toString().hashCode());
    long low = mix(high ^ step.startNanos()) | 1;
    String trace = "%016x%016x".formatted(high, low);
    String span = "%016x".formatted(mix(low ^ step.attributes().toString().hashCode()) | 1);
    var context = SpanContext.create(trace, span, TraceFlags.getSampled(), TraceState.getDefault());
    return new StepSpan(resource, step, context);
  }

  /// The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  @Override
  public String getName() {
    return "training.step";
  }

  @Override
  public SpanKind getKind() {
    return SpanKind.INTERNAL;
  }

  @Override
  public SpanContext getSpanContext() {
    return context;
  }

  @Override
  public SpanContext getParentSpanContext() {
    return SpanContext.getInvalid();
  }

  @Override
  public StatusData getStatus() {
    return StatusData.unset();
  }

  @Override
  public long getStartEpochNanos() {
    return step.startNanos();
  }

  @Override
  public long getEndEpochNanos() {
    return step.endNanos();
  }

  @Override
  public Attributes getAttributes() {
    return step.attributes();
  }

  @Override
  public List<EventData> getEvents() {
    return List.of();
  }

  @Override
  public List<LinkData> getLinks() {
    return List.of();
  }

  @Override
  public boolean hasEnded() {
    return true;
  }

  @Override
  public int getTotalRecordedEvents() {
    return 0;
  }

  @Override
  public int getTotalRecordedLinks() {
    return 0;
  }

  @Override
  public int getTotalAttributeCount() {
    return step.attributes().size();
  }

  @Override
  @SuppressWarnings("deprecation") // the interface demands it beside the scope
  public InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
    return InstrumentationLibraryInfo.create(OtlpWriter.SCOPE.getName(), null);
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return OtlpWriter.SCOPE;
  }

  @Override
  public Resource getResource() {
    return resource;
  }
}
