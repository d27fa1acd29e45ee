package io.lockstep.telemetry.otlp;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.EventType;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.Body;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;

/// One event as the SDK's exporter takes it.
record EventRecord(Resource resource, Occurrence event) implements LogRecordData {
  @Override
  public Resource getResource() {
    return resource;
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return OtlpWriter.SCOPE;
  }

  @Override
  public long getTimestampEpochNanos() {
    return event.timeNanos();
  }

  @Override
  public long getObservedTimestampEpochNanos() {
    return event.timeNanos();
  }

  @Override
  public SpanContext getSpanContext() {
    return SpanContext.getInvalid();
  }

  @Override
  public Severity getSeverity() {
    return Contract.events().stream()
        .filter(type -> type.name().equals(event.name()))
        .findFirst()
        .map(EventType::severity)
        .map(Severity::valueOf)
        .orElse(Severity.INFO);
  }

  @Override
  public String getSeverityText() {
    return getSeverity().name();
  }

  @Override
  @SuppressWarnings("deprecation") // the interface demands it beside getBodyValue
  public Body getBody() {
    return Body.string(event.body());
  }

  @Override
  public Value<?> getBodyValue() {
    return Value.of(event.body());
  }

  @Override
  public Attributes getAttributes() {
    var attributes = Attributes.builder();
    event.attributes().forEach(attributes::put);
    return attributes.build();
  }

  @Override
  public int getTotalAttributeCount() {
    return event.attributes().size();
  }

  @Override
  public String getEventName() {
    return event.name();
  }
}
