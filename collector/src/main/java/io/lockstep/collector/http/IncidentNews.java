package io.lockstep.collector.http;

import io.lockstep.collector.http.IncidentView.DeliveryView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a reader of the live stream is to be told about incidents.
///
/// @param more whether this comes on top of what the reader knows
/// @param open how many are open, told or not
/// @param told in the order of [Snapshot#incidents()], at most 500
record IncidentNews(boolean more, long open, List<IncidentView> told) {
  private static final int MOST = 500;
  private static final int MOST_RESOLVED = 50;

  /// Seconds until every open incident has been told anew.
  private static final int TURNS = 5;

  /// For a reader who knows nothing: open ones, and those resolved last.
  static IncidentNews all(Snapshot now) {
    long open = open(now);
    List<IncidentView> told =
        now.incidents().stream().limit(Math.min(MOST, open + MOST_RESOLVED)).toList();
    return new IncidentNews(false, open, told);
  }

  /// For a reader who was told of the snapshot before.
  static IncidentNews between(Snapshot last, Snapshot now) {
    Map<String, IncidentView> known = new HashMap<>();
    last.incidents().forEach(incident -> known.put(incident.id(), incident));
    long second = now.cells().time().getEpochSecond();
    List<IncidentView> told =
        now.incidents().stream()
            .filter(one -> isNew(known.get(one.id()), one) || hasItsTurn(one, second))
            .limit(MOST)
            .toList();
    return new IncidentNews(true, open(now), told);
  }

  private static long open(Snapshot snapshot) {
    return snapshot.incidents().stream().filter(IncidentView::open).count();
  }

  private static boolean isNew(@Nullable IncidentView known, IncidentView incident) {
    return known == null
        || known.open() != incident.open()
        || !known.kind().equals(incident.kind())
        || !known.severity().equals(incident.severity())
        || !known.action().equals(incident.action())
        || known.alerts().size() != incident.alerts().size()
        || !states(known).equals(states(incident));
  }

  private static List<String> states(IncidentView incident) {
    return incident.deliveries().stream().map(DeliveryView::state).toList();
  }

  /// The numbers of an open incident change every second; they are told when its turn comes, so
  /// that a thousand incidents at once do not fill the line.
  private static boolean hasItsTurn(IncidentView incident, long second) {
    return incident.open() && Math.floorMod(incident.id().hashCode() + second, TURNS) == 0;
  }

  /// Whether there is nothing to tell.
  boolean none() {
    return told.isEmpty();
  }
}
