package io.lockstep.telemetry.rows;

/// One value of a metric that the contract does not know, or that came without a batch id: a narrow
/// row of the table `metric`.
///
/// @param metric the metric's name; parts of a histogram as `name.count`, `name.sum`, `name.bucket`
/// @param unit as sent; may be empty
/// @param attributes the data point's attributes as JSON with sorted keys, which is their identity
/// @param host the resource's `host.name`
/// @param service the resource's `service.name`; empty when absent
/// @param timeNanos the point's own time, Unix nanoseconds
/// @param value finite
public record Point(
    String metric,
    String unit,
    String attributes,
    String host,
    String service,
    long timeNanos,
    double value) {}
