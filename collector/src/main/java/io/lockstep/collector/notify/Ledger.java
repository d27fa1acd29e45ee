package io.lockstep.collector.notify;

import io.lockstep.collector.state.Delivery;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.locks.ReentrantLock;

/// What became of the messages of each incident, as it is shown. Bounded: the incidents that
/// changed last, and the newest deliveries of each.
final class Ledger {
  private static final int INCIDENTS_MAX = 12_000;
  private static final int DELIVERIES_MAX = 48;

  private final ReentrantLock lock = new ReentrantLock();
  private final SequencedMap<String, List<Delivery>> byIncident = new LinkedHashMap<>();

  /// Takes a delivery, over what was known of it.
  void put(Delivery delivery) {
    lock.lock();
    try {
      List<Delivery> known = byIncident.getOrDefault(delivery.incident(), List.of());
      byIncident.putLast(delivery.incident(), with(known, delivery));
      while (byIncident.size() > INCIDENTS_MAX) {
        byIncident.pollFirstEntry();
      }
    } finally {
      lock.unlock();
    }
  }

  private static List<Delivery> with(List<Delivery> known, Delivery delivery) {
    var all = new ArrayList<Delivery>(known);
    int place = -1;
    for (int i = all.size() - 1; i >= 0 && place < 0; i--) {
      Delivery one = all.get(i);
      place =
          one.message().equals(delivery.message()) && one.sink().equals(delivery.sink()) ? i : -1;
    }
    if (place >= 0) {
      all.set(place, delivery);
    } else {
      all.add(delivery);
    }
    return List.copyOf(all.subList(Math.max(0, all.size() - DELIVERIES_MAX), all.size()));
  }

  /// Oldest first; empty when nobody was told of the incident.
  List<Delivery> of(String incident) {
    lock.lock();
    try {
      return byIncident.getOrDefault(incident, List.of());
    } finally {
      lock.unlock();
    }
  }
}
