package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.contract.Printable;
import io.lockstep.telemetry.contract.Subject;
import io.lockstep.telemetry.otlp.AttributeMap;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a LogRecord of `opentelemetry/proto/logs/v1/logs.proto` (1.11).
final class LogReader implements RecordReader {
  private static final int BODY_MAX = 8 * 1024;
  private static final int ATTRIBUTES_MAX = 64 * 1024;

  /// Kinds of parts that events speak of by the attribute that names them in metrics.
  private static final List<Subject> PARTS = List.of(Subject.CHECK, Subject.INVENTORY);

  private final BatchRows rows;

  LogReader(BatchRows rows) {
    this.rows = rows;
  }

  @Override
  public void read(ProtoCursor record, Origin origin) throws OtlpException {
    long number = rows.nextRecord();
    long time = 0;
    long observed = 0;
    long severity = 0;
    String body = "";
    String name = "";
    var attributes = new AttributeMap();
    while (record.next()) {
      switch (record.field()) {
        case 1 -> time = record.number();
        case 2 -> severity = record.number();
        case 5 -> body = orEmpty(AttributeMap.text(record.message()));
        case 6 -> attributes.add(record.message());
        case 11 -> observed = record.number();
        case 12 -> name = record.text();
        default -> record.skip();
      }
    }
    String refusal = origin.refusal();
    if (refusal != null) {
      rows.refuse(() -> refusal);
      return;
    }
    // Before it had a field of its own, the name was an attribute.
    String eventName = name.isEmpty() ? orEmpty(attributes.get("event.name")) : name;
    long when = time != 0 ? time : observed;
    if (rows.takes(() -> ("a log record " + Names.cut(eventName, 80)).strip(), when)) {
      var event =
          new Event(
              "",
              when,
              origin.host(),
              origin.service(),
              Printable.line(eventName, BODY_MAX),
              severity < 0 || severity > 24 ? 0 : (int) severity,
              Printable.line(subject(origin, attributes), BODY_MAX),
              Names.cut(Printable.lines(body, BODY_MAX), BODY_MAX),
              attributes.asMap());
      add(event, number, origin, attributes);
    }
  }

  private void add(Event event, long number, Origin origin, AttributeMap attributes) {
    String json = attributes.toJson();
    if (json.length() > ATTRIBUTES_MAX) {
      rows.refuse(() ->
          "a log record has attributes of "
              + json.length()
              + " characters, at most "
              + ATTRIBUTES_MAX
              + " are taken");
    } else if (event.name().length() > Names.MAX) {
      rows.refuse(() -> Names.tooLong("the event's name", event.name()));
    } else if (event.subject().length() > Names.MAX) {
      rows.refuse(() -> Names.tooLong("the event's subject", event.subject()));
    } else {
      String id = rows.eventId(number, () -> content(event, origin, json));
      rows.add(event.withId(id), event.body().length() + 2L * json.length());
    }
  }

  private static String content(Event event, Origin origin, String attributes) {
    return String.join(
        "\n",
        event.host(),
        Long.toString(event.timeNanos()),
        event.name(),
        Integer.toString(event.severity()),
        attributes,
        origin.attributes().toJson(),
        event.body());
  }

  private static String subject(Origin origin, AttributeMap attributes) {
    String hardware = attributes.get("hw.id");
    if (hardware != null) {
      return hardware;
    }
    for (Subject part : PARTS) {
      String subject = part.of(attributes::get);
      if (subject != null) {
        return subject;
      }
    }
    String rank = attributes.get("dl.rank");
    rank = rank != null ? rank : origin.attributes().get("dl.rank");
    return rank == null ? "" : "rank/" + rank;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
