package io.lockstep.telemetry.rows;

import java.util.Map;

/// One log record.
///
/// @param id identifies the event for ever: made from the batch id and the place in it, or, from
///   senders without batch ids, from a hash of the content
/// @param timeNanos when it happened, Unix nanoseconds; the observed time where the record has no
///   other
/// @param host the resource's `host.name`
/// @param service the resource's `service.name`; empty when absent
/// @param name the record's event name; empty when it has none
/// @param severity OpenTelemetry's severity number, 1 (trace) to 24 (fatal); 0 when absent
/// @param subject what on the host it is about (`hw.id`, or `rank/7`); empty when it is the host
/// @param body the record's body as text, cut at 8 KiB
/// @param attributes values as text
public record Event(
    String id,
    long timeNanos,
    String host,
    String service,
    String name,
    int severity,
    String subject,
    String body,
    Map<String, String> attributes) {
  public Event {
    attributes = Map.copyOf(attributes);
  }

  Event withId(String id) {
    return new Event(id, timeNanos, host, service, name, severity, subject, body, attributes);
  }
}
