package io.lockstep.dashboards;

/// Pieces of SQL that every panel needs: which rows, and how many at most.
///
/// `$__timeFilter`, `$__timeFrom`, `$__timeTo` and `$__interval` are macros of Grafana's PostgreSQL
/// data source, `${cluster:sqlstring}` is a variable as a quoted literal. A macro ends at its first
/// closing parenthesis.
final class Sql {
  /// The rows of a cluster in the range that is looked at, for panels over all of its parts.
  ///
  /// Of every interval only the first ten seconds are read (all of it up to an interval of ten
  /// seconds), so that a panel costs the same for a day as for an hour: 10,000 GPUs write 864
  /// million rows a day. QuestDB reads nothing but these seconds.
  ///
  /// Of the intervals at both ends only whole ones count, and none of which rows may still be on
  /// their way: a sum over some of the servers would look like a fault.
  static final String CLUSTER =
      "ts IN ($__timeFrom() || ';10s;$__interval;5000')"
          + " AND ts >= timestamp_floor('$__interval', dateadd('T', $__interval_ms, $__timeFrom()))"
          + " AND ts < timestamp_floor('$__interval', dateadd('s', -3, $__timeTo()))"
          + " AND cluster = ${cluster:sqlstring}";

  /// The same of rows of one minute: one minute of every interval.
  static final String CLUSTER_MINUTES =
      "ts IN ($__timeFrom() || ';59s;$__interval;5000') AND ts < $__timeTo()"
          + " AND cluster = ${cluster:sqlstring}";

  /// The rows of the cluster's last minute in the range that is looked at.
  static final String CLUSTER_NOW =
      "ts BETWEEN dateadd('m', -1, $__timeTo()) AND $__timeTo()"
          + " AND cluster = ${cluster:sqlstring}";

  /// The rows of its last two hours: long enough to know who fell silent, and what a GPU that is
  /// lost was called, and quickly read.
  static final String CLUSTER_LATELY =
      "ts BETWEEN dateadd('h', -2, $__timeTo()) AND $__timeTo()"
          + " AND cluster = ${cluster:sqlstring}";

  /// All rows of the server that is looked at.
  static final String SERVER =
      "$__timeFilter(ts) AND cluster = ${cluster:sqlstring} AND host = ${host:sqlstring}";

  /// The rows of its last minute.
  static final String SERVER_NOW = CLUSTER_NOW + " AND host = ${host:sqlstring}";

  /// The rows of its last two hours.
  static final String SERVER_LATELY = CLUSTER_LATELY + " AND host = ${host:sqlstring}";

  /// All rows of the GPUs that are looked at.
  static final String GPU = SERVER + " AND (subject IN (${gpu:sqlstring}))";

  /// What Grafana puts between the inner parentheses of [#GPU] for all GPUs, also where there are
  /// none: a list of no values would be an error.
  static final String ALL_GPUS = "NULL) OR (TRUE";

  /// One row for every interval; null where there is none, so that lines have gaps.
  static final String EACH = "SAMPLE BY $__interval FILL(NULL) ORDER BY \"time\"";

  /// A GPU's name in a legend: both ends of its UUID, as UUIDs that somebody made up begin alike.
  static final String GPU_NAME = "concat(left(subject, 12), '…', right(subject, 4))";

  private Sql() {}

  /// Lines over time of one table, one line for each column of the query.
  ///
  /// @param columns as in `avg(power) AS "mean"`
  static String lines(String columns, String table, String rows) {
    return "SELECT ts AS \"time\", %s\nFROM %s\nWHERE %s\n%s".formatted(columns, table, rows, EACH);
  }

  /// Lines over time, one for each value of the key.
  ///
  /// @param key as in `subject`; it names the line
  static String linesBy(String key, String column, String table, String rows) {
    return lines(key + " AS metric, " + column + " AS \"value\"", table, rows);
  }

  /// How fast a counter grows, each second, one line for each subject. A counter that was reset has
  /// no value for that interval.
  static String ratesBySubject(String counter, String label, String table, String rows) {
    return """
    SELECT "time", metric, CASE WHEN total >= total_before THEN (total - total_before) * 1000000.0 / (at - at_before) END AS "value"
    FROM (SELECT "time", metric, total, at,
        lag(total) OVER (PARTITION BY metric ORDER BY "time") AS total_before,
        lag(at) OVER (PARTITION BY metric ORDER BY "time") AS at_before
      FROM (SELECT ts AS "time", concat(subject, '%s') AS metric, last(%s) AS total, last(ts)::LONG AS at
        FROM %s WHERE %s AND %s IS NOT NULL SAMPLE BY $__interval))
    WHERE total_before IS NOT NULL ORDER BY "time\"\
    """
        .formatted(label, counter, table, rows, counter);
  }
}
