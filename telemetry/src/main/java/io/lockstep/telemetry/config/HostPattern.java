package io.lockstep.telemetry.config;

import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Hosts by pattern: `gpu-?-*`, where `*` is any run of characters and `?` is one. Case counts.
public final class HostPattern implements Predicate<String> {
  private final String text;
  private final Pattern pattern;

  public HostPattern(String text) {
    this.text = text;
    var regex = new StringBuilder();
    text.replaceAll("\\*+", "*").chars().forEach(letter -> regex.append(part((char) letter)));
    this.pattern = Pattern.compile(regex.toString());
  }

  private static String part(char letter) {
    return switch (letter) {
      case '*' -> ".*";
      case '?' -> ".";
      default -> Pattern.quote(String.valueOf(letter));
    };
  }

  @Override
  public boolean test(String host) {
    return pattern.matcher(host).matches();
  }

  /// The pattern as it was written.
  @Override
  public String toString() {
    return text;
  }
}
