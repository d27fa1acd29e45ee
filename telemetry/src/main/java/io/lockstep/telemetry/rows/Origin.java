package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.AttributeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Where something was sent from.
///
/// @param host the resource's `host.name`, else the sender's name
/// @param service the resource's `service.name`; empty when absent
/// @param attributes the resource's attributes
/// @param refusal why nothing of this resource is taken; null when it is
record Origin(String host, String service, AttributeMap attributes, @Nullable String refusal) {

  static Origin of(AttributeMap attributes, Predicate<String> hosts, String sender) {
    String said = attributes.get("host.name");
    String host = said == null || said.isBlank() ? sender : said;
    String service = attributes.get("service.name");
    service = service == null ? "" : service;
    return new Origin(host, service, attributes, refusal(hosts, host, service));
  }

  private static @Nullable String refusal(Predicate<String> hosts, String host, String service) {
    String refusal = Names.refusal("host.name", host);
    refusal = refusal == null ? Names.refusal("service.name", service) : refusal;
    if (refusal != null) {
      return refusal;
    }
    return hosts.test(host) ? null : "host " + host + " is not the sender's own";
  }
}
