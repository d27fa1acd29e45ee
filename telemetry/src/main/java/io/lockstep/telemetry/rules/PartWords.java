package io.lockstep.telemetry.rules;

import io.lockstep.telemetry.contract.Printable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an event says of a part in words: a number is not enough for a person to know what a site's
/// check has found.
public final class PartWords {
  static final int LENGTH_MAX = 300;

  private PartWords() {}

  /// In one line; null when the event says nothing of a part.
  public static @Nullable String of(String event, Map<String, String> attributes) {
    String words =
        switch (event) {
          case "lockstep.check.changed" -> attributes.get("lockstep.check.output");
          case "lockstep.inventory.changed" -> attributes.get("lockstep.inventory.difference");
          default -> null;
        };
    return words == null ? null : Printable.line(words, LENGTH_MAX);
  }
}
