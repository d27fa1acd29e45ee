package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.AttributeMap;

/// Where something was sent from.
///
/// @param host the resource's `host.name`, else the sender's name
/// @param attributes the resource's attributes
record Origin(String host, AttributeMap attributes) {
  /// The resource's `service.name`; empty when absent.
  String service() {
    String service = attributes.get("service.name");
    return service == null ? "" : service;
  }

  String refusal() {
    return "host " + host + " is not the sender's own";
  }
}
