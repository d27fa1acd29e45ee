package io.lockstep.collector.notify;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What waits for one sink, in the order of its making. Messages of one incident go in that order;
/// one that has to wait holds up no other incident's. Not for several threads.
final class LaneQueue {
  private final SequencedMap<String, Parcel> parcels = new LinkedHashMap<>();

  int size() {
    return parcels.size();
  }

  /// Puts a parcel at the end, or a newer state of it in its place.
  void put(Parcel parcel) {
    parcels.put(parcel.message().id(), parcel);
  }

  void remove(Parcel parcel) {
    parcels.remove(parcel.message().id());
  }

  /// The one that waits longest; null when none does.
  @Nullable Parcel oldest() {
    return parcels.isEmpty() ? null : parcels.firstEntry().getValue();
  }

  /// The oldest of these; empty when there is none.
  Optional<Parcel> oldest(Predicate<Parcel> which) {
    return parcels.values().stream().filter(which).findFirst();
  }

  /// The one to send next, by when it is due: the first of its incident, and of those the one that
  /// is due first; null when none waits.
  @Nullable Parcel next() {
    Set<String> incidents = new HashSet<>();
    Parcel next = null;
    for (Parcel parcel : parcels.values()) {
      boolean first = incidents.add(parcel.delivery().incident());
      if (first && (next == null || parcel.dueNanos() - next.dueNanos() < 0)) {
        next = parcel;
      }
    }
    return next;
  }

  /// Makes all of them due.
  void wake(long nowNanos) {
    parcels.replaceAll((_, parcel) -> parcel.after(parcel.delivery(), nowNanos));
  }
}
