package io.lockstep.agent.sample;

import java.util.HashMap;
import java.util.Map;

/// Counters of errors of which each one is worth telling, from round to round: says when one has
/// grown. What they stand at when they are first seen happened at some time since the server
/// started, and is no news. One thread.
final class ErrorCounts {
  private static final int COUNTERS_MAX = 1024;

  private final Map<String, Long> last = new HashMap<>();

  /// Takes a reading.
  ///
  /// @param id the part's `hw.id`
  /// @param type the part's `hw.type`
  /// @param error the kind of error, as in `error.type`
  /// @param where what of the part has it; empty for the whole part
  void take(Notes notes, String id, String type, String error, String where, long count) {
    String key = id + " " + where + " " + error;
    Long before = last.size() < COUNTERS_MAX || last.containsKey(key) ? last.put(key, count) : null;
    if (before == null || count <= before) {
      return;
    }
    long more = count - before;
    notes.event(
        "lockstep.hardware.error",
        id
            + (where.isEmpty() ? "" : " (" + where + ")")
            + " had "
            + more
            + " "
            + error
            + (more == 1 ? " error" : " errors"),
        Map.of(
            "hw.id", id,
            "hw.type", type,
            "error.type", error,
            "lockstep.error.count", String.valueOf(more)));
  }
}
