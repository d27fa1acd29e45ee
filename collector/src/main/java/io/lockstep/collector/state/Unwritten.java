package io.lockstep.collector.state;

import io.lockstep.collector.alert.Incident;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// What is to be written with the next transaction, the newest of each; bounded, because the disk
/// may refuse for long.
final class Unwritten {
  private record DeliveryKey(String message, String sink) {}

  private final SequencedMap<String, Incident> incidents = new LinkedHashMap<>();
  private final SequencedMap<String, Message> messages = new LinkedHashMap<>();
  private final SequencedMap<DeliveryKey, Delivery> deliveries = new LinkedHashMap<>();

  void add(Incident incident) {
    incidents.putLast(incident.id(), incident);
  }

  void add(Message message) {
    messages.putLast(message.id(), message);
  }

  /// The place of the first is kept: deliveries are told in the order of their making.
  void add(Delivery delivery) {
    deliveries.put(new DeliveryKey(delivery.message(), delivery.sink()), delivery);
  }

  boolean isEmpty() {
    return incidents.isEmpty() && messages.isEmpty() && deliveries.isEmpty();
  }

  int incidents() {
    return incidents.size();
  }

  int deliveries() {
    return deliveries.size();
  }

  /// Writes all of it.
  ///
  /// @return whether an incident among it is over
  boolean write(IncidentRows incidentRows, OutboxRows outboxRows) throws SQLException {
    boolean resolved = false;
    for (Incident incident : incidents.values()) {
      incidentRows.write(incident);
      resolved |= !incident.isOpen();
    }
    for (Message message : messages.values()) {
      outboxRows.write(message);
    }
    for (Delivery delivery : deliveries.values()) {
      outboxRows.write(delivery);
    }
    return resolved;
  }

  void clear() {
    incidents.clear();
    messages.clear();
    deliveries.clear();
  }

  /// Forgets the oldest beyond a number of each.
  void bound(int max) {
    bound(incidents, max);
    bound(messages, max);
    bound(deliveries, max);
  }

  private static void bound(SequencedMap<?, ?> map, int max) {
    while (map.size() > max) {
      map.pollFirstEntry();
    }
  }
}
