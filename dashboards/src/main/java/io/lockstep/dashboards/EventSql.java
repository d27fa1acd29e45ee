package io.lockstep.dashboards;

/// Questions to the table of events.
final class EventSql {
  private static final String ROWS =
      "$__timeFilter(ts) AND cluster = ${cluster:sqlstring} AND name = '%s'";

  private EventSql() {}

  /// Marks for the newest events of a kind: where, and what was said.
  static String marks(String event) {
    return """
    SELECT ts AS "time", concat(host, ' ', subject, ': ', body) AS text, concat(name, ',', host) AS tags
    FROM event WHERE %s ORDER BY ts DESC LIMIT 500\
    """
        .formatted(ROWS.formatted(event));
  }

  /// How many there were.
  static String count(String event) {
    return "SELECT count() AS \"XIDs\" FROM event WHERE " + ROWS.formatted(event);
  }

  /// The newest, with an attribute that is a number as a column of its own.
  static String newest(String event, String attribute, String column) {
    return """
    SELECT ts AS "time", host AS "server", subject AS "GPU",
      regexp_replace(attributes, '.*"%s":"?([0-9]+).*', '$1') AS "%s", body AS "text"
    FROM event WHERE %s ORDER BY ts DESC LIMIT 50\
    """
        .formatted(attribute, column, ROWS.formatted(event));
  }
}
