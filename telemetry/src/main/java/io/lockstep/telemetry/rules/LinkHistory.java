package io.lockstep.telemetry.rules;

import java.util.ArrayList;
import java.util.List;

/// When a port went down and came back, for rules that look back further than the window.
/// Immutable.
///
/// @param sinceNanos from when on it is complete, Unix nanoseconds by the collector's clock
/// @param upAtFirst whether the port was up then
/// @param everUp whether it was up at any time since it was first seen
/// @param changes oldest first, down and up in turn; may be empty
public record LinkHistory(
    long sinceNanos, boolean upAtFirst, boolean everUp, List<Change> changes) {
  /// At most so many changes are kept, and none older than [#KEPT_NANOS] before the newest.
  public static final int KEPT = 128;

  /// A little over the twelve hours that the longest rule looks back.
  public static final long KEPT_NANOS = 13L * 3600 * 1_000_000_000;

  /// The port went down, or came back.
  ///
  /// @param timeNanos Unix nanoseconds by the collector's clock
  /// @param up whether the port came up; else it went down
  public record Change(long timeNanos, boolean up) {}

  public LinkHistory {
    changes = List.copyOf(changes);
  }

  /// The history of a port of which this is the first that is known.
  public static LinkHistory first(long timeNanos, boolean up) {
    return new LinkHistory(timeNanos, up, up, List.of());
  }

  /// Whether the port is up, as far as is known here.
  public boolean up() {
    return changes.isEmpty() ? upAtFirst : changes.getLast().up();
  }

  /// With what a sample or an event says: at that time the port was up, or not. Both tell of the
  /// same change, in any order; of neighbours that say the same, the earliest counts.
  public LinkHistory with(long timeNanos, boolean up) {
    if (timeNanos < sinceNanos || (up == up() && timeNanos >= lastNanos())) {
      return this;
    }
    var all = new ArrayList<>(changes);
    int place = all.size();
    while (place > 0 && all.get(place - 1).timeNanos() > timeNanos) {
      place--;
    }
    boolean before = place == 0 ? upAtFirst : all.get(place - 1).up();
    if (before == up) {
      return this;
    }
    if (place < all.size()) {
      all.remove(place);
    }
    all.add(place, new Change(timeNanos, up));
    return trimmed(new LinkHistory(sinceNanos, upAtFirst, everUp || up, all));
  }

  /// The same with what was known before it.
  LinkHistory after(LinkHistory before) {
    LinkHistory whole = before.with(sinceNanos, upAtFirst);
    for (Change change : changes) {
      whole = whole.with(change.timeNanos(), change.up());
    }
    return whole;
  }

  private long lastNanos() {
    return changes.isEmpty() ? sinceNanos : changes.getLast().timeNanos();
  }

  private static LinkHistory trimmed(LinkHistory history) {
    List<Change> all = history.changes;
    long oldest = all.getLast().timeNanos() - KEPT_NANOS;
    int drop = Math.max(0, all.size() - KEPT);
    while (all.get(drop).timeNanos() < oldest) {
      drop++;
    }
    if (drop == 0) {
      return history;
    }
    Change last = all.get(drop - 1);
    return new LinkHistory(
        last.timeNanos(), last.up(), history.everUp, all.subList(drop, all.size()));
  }
}
