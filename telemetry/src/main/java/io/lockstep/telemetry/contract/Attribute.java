package io.lockstep.telemetry.contract;

/// An attribute of a resource, a data point, a log record or a span.
///
/// @param name dotted, OpenTelemetry's where it has one
/// @param place where it stands: `resource`, `point`, `event` or `span`
/// @param help what it says, with its unit where it is a number
public record Attribute(String name, String place, String help) {}
