package io.lockstep.collector.state;

import java.util.List;
import java.util.Map;

/// What the file holds of messages: all deliveries, and the bodies of those that are not done.
///
/// @param deliveries oldest first
/// @param bodies by the message's id
public record Outbox(List<Delivery> deliveries, Map<String, String> bodies) {
  public Outbox {
    deliveries = List.copyOf(deliveries);
    bodies = Map.copyOf(bodies);
  }
}
