package io.lockstep.telemetry.rows;

import org.jspecify.annotations.Nullable;

/// What a metric says of all its points.
///
/// @param unit as sent; may be empty
/// @param refusal why none of its points is taken; null when they are
record MetricHeader(String name, String unit, Origin origin, @Nullable String refusal) {
  /// One of its points as a narrow row. Parts that count have no unit of their own.
  ///
  /// @param part `.count`, `.sum`, `.bucket`; empty for the metric's value
  Point point(String part, String attributes, long timeNanos, double value) {
    boolean counts = part.equals(".count") || part.equals(".bucket");
    return new Point(
        name + part,
        counts ? "1" : unit,
        attributes,
        origin.host(),
        origin.service(),
        timeNanos,
        value);
  }

  String tooLong(int length, int limit) {
    return "a point of "
        + name
        + " has attributes of "
        + length
        + " characters, at most "
        + limit
        + " are taken";
  }
}
