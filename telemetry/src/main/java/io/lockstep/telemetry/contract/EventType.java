package io.lockstep.telemetry.contract;

import java.util.List;

/// An event that Lockstep writes or understands: an OpenTelemetry log record with an event name.
///
/// @param name the record's event name
/// @param severity OpenTelemetry's severity text: `INFO`, `WARN` or `ERROR`
/// @param help what happened, in one sentence
/// @param attributes names of the attributes it carries
public record EventType(String name, String severity, String help, List<String> attributes) {
  public EventType {
    attributes = List.copyOf(attributes);
  }
}
