package io.lockstep.dashboards;

import java.util.Arrays;
import java.util.stream.Collectors;

/// Questions to the table of events.
final class EventSql {
  /// Errors of GPUs that the driver reports.
  static final String GPU = "lockstep.gpu.xid";

  /// Errors of NVSwitches that the driver reports.
  static final String SWITCH = "lockstep.nvswitch.sxid";

  /// What else the kernel's log tells of broken parts.
  static final String KERNEL = "lockstep.kernel.fault";

  static final String LINK_DOWN = "lockstep.network.link.down";

  private EventSql() {}

  private static String rows(String... events) {
    return Arrays.stream(events)
        .collect(
            Collectors.joining(
                "', '",
                "$__timeFilter(ts) AND cluster = ${cluster:sqlstring} AND name IN ('",
                "')"));
  }

  /// Marks for the newest events of these kinds: where, and what was said.
  static String marks(String... events) {
    return """
    SELECT ts AS "time", concat(host, ' ', subject, ': ', body) AS text, concat(name, ',', host) AS tags
    FROM event WHERE %s ORDER BY ts DESC LIMIT 500\
    """
        .formatted(rows(events));
  }

  /// How many XIDs and SXids there were.
  static String errors() {
    return "SELECT count() AS \"errors\" FROM event WHERE " + rows(GPU, SWITCH);
  }

  /// The newest XIDs and SXids. Their numbers stand in the events' attributes, which are JSON with
  /// dots in its names, for which QuestDB's `json_extract` has no path.
  static String newestErrors() {
    return """
    SELECT ts AS "time", host AS "server", subject AS "device",
      CASE WHEN name = '%s' THEN 'XID' ELSE 'SXid' END AS "kind",
      regexp_replace(attributes, '.*"lockstep[.](gpu[.]xid|nvswitch[.]sxid)":"?([0-9]+).*', '$2') AS "number", body AS "text"
    FROM event WHERE %s ORDER BY ts DESC LIMIT 50\
    """
        .formatted(GPU, rows(GPU, SWITCH));
  }
}
