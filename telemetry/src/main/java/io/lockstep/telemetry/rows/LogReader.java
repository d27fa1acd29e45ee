package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.AttributeMap;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;
import org.jspecify.annotations.Nullable;

/// Reads a LogRecord of `opentelemetry/proto/logs/v1/logs.proto` (1.11).
final class LogReader {
  private static final int BODY_MAX = 8 * 1024;

  private LogReader() {}

  static void read(ProtoCursor record, BatchRows rows, Origin origin, boolean allowed)
      throws OtlpException {
    long time = 0;
    long observed = 0;
    int severity = 0;
    String body = "";
    String name = "";
    var attributes = new AttributeMap();
    while (record.next()) {
      switch (record.field()) {
        case 1 -> time = record.number();
        case 2 -> severity = (int) record.number();
        case 5 -> {
          String text = AttributeMap.text(record.message());
          body = text == null ? "" : text;
        }
        case 6 -> attributes.add(record.message());
        case 11 -> observed = record.number();
        case 12 -> name = record.text();
        default -> record.skip();
      }
    }
    if (!allowed) {
      rows.refuse(1, origin.refusal());
      return;
    }
    long when = time != 0 ? time : observed;
    String refusal = rows.refuse(when);
    if (refusal != null) {
      rows.refuse(1, "a log record " + refusal);
      return;
    }
    add(rows, origin, attributes, when, Math.clamp(severity, 0, 24), body, name);
  }

  private static void add(
      BatchRows rows,
      Origin origin,
      AttributeMap attributes,
      long when,
      int severity,
      String body,
      String name) {
    String cut = body.length() <= BODY_MAX ? body : body.substring(0, BODY_MAX);
    String eventName = name.isEmpty() ? orEmpty(attributes.get("event.name")) : name;
    String content =
        String.join(
            "\n",
            origin.host(),
            Long.toString(when),
            eventName,
            Integer.toString(severity),
            cut,
            attributes.toJson(),
            origin.attributes().toJson());
    rows.add(
        new Event(
            rows.eventId(content),
            when,
            origin.host(),
            origin.service(),
            eventName,
            severity,
            subject(origin, attributes),
            cut,
            attributes.asMap()));
  }

  private static String subject(Origin origin, AttributeMap attributes) {
    String hardware = attributes.get("hw.id");
    if (hardware != null) {
      return hardware;
    }
    String rank = attributes.get("dl.rank");
    rank = rank != null ? rank : origin.attributes().get("dl.rank");
    return rank == null ? "" : "rank/" + rank;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
