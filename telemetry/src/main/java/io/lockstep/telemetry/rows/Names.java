package io.lockstep.telemetry.rows;

/// How long what identifies a row may be: stores keep such texts in dictionaries.
final class Names {
  /// The longest name of an instrument by OpenTelemetry's metrics API, characters.
  static final int MAX = 255;

  private Names() {}

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
