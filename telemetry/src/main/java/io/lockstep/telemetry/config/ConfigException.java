package io.lockstep.telemetry.config;

import java.util.List;

/// A configuration that can't be used. The message is one line: the file and line or the
/// environment variable, the key's full path, what it is and what it may be; of several mistakes
/// the first, and how many more there are.
public final class ConfigException extends Exception {
  private final List<String> mistakes;

  public ConfigException(String message) {
    this(List.of(message));
  }

  /// @param mistakes one line each, in the order in which they stand; at least one
  public ConfigException(List<String> mistakes) {
    super(mistakes.getFirst() + more(mistakes.size() - 1));
    this.mistakes = List.copyOf(mistakes);
  }

  private static String more(int others) {
    return switch (others) {
      case 0 -> "";
      case 1 -> " (and 1 more mistake; --check-config names both)";
      default -> " (and " + others + " more mistakes; --check-config names all)";
    };
  }

  /// One line for each mistake, in the order in which they stand; at least one.
  public List<String> mistakes() {
    return mistakes;
  }
}
