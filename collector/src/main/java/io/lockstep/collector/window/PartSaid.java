package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Printable;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rules.PartWords;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the last event about a part of a server said: a site check has another outcome, an item of
/// the inventory differs, or is as it should be again.
///
/// @param words the line that the check wrote, or what differs; empty where all is well again
/// @param state of a check, in lower case; else empty
/// @param expected what should be there; empty for a check
/// @param found what is there; empty for a check, and when nothing is
/// @param timeNanos when, by the collector's clock, Unix nanoseconds
public record PartSaid(String words, String state, String expected, String found, long timeNanos) {
  private static final int FACT_MAX = 200;

  /// Reads an event.
  ///
  /// @param timeNanos by the collector's clock
  /// @return null when the event says nothing of a part
  static @Nullable PartSaid of(Event event, long timeNanos) {
    Map<String, String> attributes = event.attributes();
    String words = PartWords.of(event.name(), attributes);
    return words == null
        ? null
        : new PartSaid(
            words,
            fact(attributes, "lockstep.check.state"),
            fact(attributes, "lockstep.inventory.expected"),
            fact(attributes, "lockstep.inventory.found"),
            timeNanos);
  }

  private static String fact(Map<String, String> attributes, String name) {
    return Printable.line(attributes.getOrDefault(name, ""), FACT_MAX);
  }
}
