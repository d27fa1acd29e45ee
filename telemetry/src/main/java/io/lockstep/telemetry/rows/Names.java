package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.contract.Printable;
import org.jspecify.annotations.Nullable;

/// What may identify a row: stores keep such texts in dictionaries.
final class Names {
  /// The longest name of an instrument by OpenTelemetry's metrics API, characters.
  static final int MAX = 255;

  private Names() {}

  /// Why a text can't identify a row, beginning with what it is; null when it can.
  static @Nullable String refusal(String what, String text) {
    if (text.length() > MAX) {
      return tooLong(what, text);
    }
    return Printable.is(text)
        ? null
        : what
            + " "
            + Printable.line(text, 40)
            + " has control characters or signs that do not show";
  }

  static String tooLong(String what, String text) {
    return what
        + " "
        + cut(text, 40)
        + " has "
        + text.length()
        + " characters, at most "
        + MAX
        + " are taken";
  }

  /// The text's beginning, never half of a character.
  static String cut(String text, int length) {
    if (text.length() <= length) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
    return text.substring(0, end);
  }
}
