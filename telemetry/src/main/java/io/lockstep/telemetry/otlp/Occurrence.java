package io.lockstep.telemetry.otlp;

import java.util.Map;

/// An event to send: one OpenTelemetry log record with an event name.
///
/// @param name one of [io.lockstep.telemetry.contract.Contract#events()]
/// @param timeNanos when it happened, Unix nanoseconds
/// @param body one line for people
/// @param attributes values as text
public record Occurrence(String name, long timeNanos, String body, Map<String, String> attributes) {
  public Occurrence {
    attributes = Map.copyOf(attributes);
  }
}
