package io.lockstep.collector.notify;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Makes text from outside fit to be shown: short, on one line, and without what must stay secret,
/// which a receiver may well echo.
///
/// @param secrets what must not be shown
record Redaction(List<String> secrets) {
  private static final int LENGTH_MAX = 200;

  /// Shorter ones would take single letters out of every word.
  private static final int LENGTH_MIN = 4;

  Redaction {
    secrets =
        secrets.stream()
            .flatMap(Redaction::forms)
            .filter(one -> one.length() >= LENGTH_MIN)
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
  }

  static Redaction of(Collection<String> secrets) {
    return new Redaction(List.copyOf(secrets));
  }

  /// As a receiver may write it: as it is, decoded, without padding, and escaped for HTML or JSON.
  private static Stream<String> forms(String secret) {
    String decoded;
    try {
      decoded = URLDecoder.decode(secret, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      decoded = secret; // a % that begins no escape
    }
    return Stream.of(secret, decoded, secret.replaceAll("=+$", ""))
        .flatMap(one ->
            Stream.of(
                one,
                one.replace("/", "\\/"),
                one.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;")));
  }

  String clean(String raw) {
    String text = raw;
    for (String secret : secrets) {
      text =
          Pattern.compile(secret, Pattern.LITERAL | Pattern.CASE_INSENSITIVE)
              .matcher(text)
              .replaceAll("(secret)");
    }
    return plain(text, LENGTH_MAX);
  }

  /// On one line, without control characters, and not longer than that.
  static String plain(String raw, int lengthMax) {
    String text = raw.replaceAll("[\\p{Cntrl}\\p{Cf}\\s]+", " ").strip();
    return text.length() <= lengthMax ? text : text.substring(0, lengthMax) + "…";
  }
}
