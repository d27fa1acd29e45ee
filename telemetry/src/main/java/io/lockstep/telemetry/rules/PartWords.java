package io.lockstep.telemetry.rules;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an event says of a part in words: a number is not enough for a person to know what a site's
/// check has found.
public final class PartWords {
  private static final int LENGTH_MAX = 300;

  private PartWords() {}

  /// In one line; null when the event says nothing of a part.
  public static @Nullable String of(String event, Map<String, String> attributes) {
    String words =
        switch (event) {
          case "lockstep.check.changed" -> attributes.get("lockstep.check.output");
          case "lockstep.inventory.changed" -> attributes.get("lockstep.inventory.difference");
          default -> null;
        };
    return words == null ? null : printable(words, LENGTH_MAX);
  }

  /// Text without what a terminal, a log or a page would take for more than text: control
  /// characters, those that turn its direction, halves of characters.
  ///
  /// @param lengthMax in characters as Unicode counts them
  public static String printable(String text, int lengthMax) {
    var clean = new StringBuilder();
    text.codePoints()
        .filter(sign -> sign == '\t' || !isControl(sign))
        .limit(lengthMax)
        .forEach(sign -> clean.appendCodePoint(sign == '\t' ? ' ' : sign));
    return clean.toString().strip();
  }

  private static boolean isControl(int sign) {
    return Character.isISOControl(sign)
        || Character.getType(sign) == Character.FORMAT
        || Character.getType(sign) == Character.SURROGATE;
  }
}
