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
          case "lockstep.check.changed" ->
              withoutState(
                  attributes.getOrDefault("lockstep.check.output", ""),
                  attributes.getOrDefault("lockstep.check.state", ""));
          case "lockstep.inventory.changed" -> attributes.get("lockstep.inventory.difference");
          default -> null;
        };
    return words == null ? null : Printable.line(words, LENGTH_MAX);
  }

  /// What a check wrote, without its state where that is how it begins, as in `CRITICAL - disk
  /// full`: a sentence about a state has said it. All of it where nothing else was written.
  ///
  /// @param state its label, as `critical`
  public static String withoutState(String output, String state) {
    if (state.isEmpty() || !output.regionMatches(true, 0, state, 0, state.length())) {
      return output;
    }
    int at = state.length();
    while (at < output.length() && " :-\u2013\u2014".indexOf(output.charAt(at)) >= 0) {
      at++;
    }
    return at == state.length() || at == output.length() ? output : output.substring(at);
  }
}
