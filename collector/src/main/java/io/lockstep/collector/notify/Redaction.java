package io.lockstep.collector.notify;

import java.util.Collection;
import java.util.List;

/// Makes text from outside fit to be shown: short, on one line, and without what must stay secret,
/// which a receiver may well echo.
///
/// @param secrets what must not be shown
record Redaction(List<String> secrets) {
  private static final int LENGTH_MAX = 200;

  /// Shorter ones would take single letters out of every word.
  private static final int LENGTH_MIN = 4;

  Redaction {
    secrets = secrets.stream().filter(one -> one.length() >= LENGTH_MIN).toList();
  }

  static Redaction of(Collection<String> secrets) {
    return new Redaction(List.copyOf(secrets));
  }

  String clean(String raw) {
    String text = raw;
    for (String secret : secrets) {
      text = text.replace(secret, "(secret)");
    }
    return plain(text, LENGTH_MAX);
  }

  /// On one line, without control characters, and not longer than that.
  static String plain(String raw, int lengthMax) {
    String text = raw.replaceAll("[\\p{Cntrl}\\p{Cf}\\s]+", " ").strip();
    return text.length() <= lengthMax ? text : text.substring(0, lengthMax) + "…";
  }
}
