package io.lockstep.telemetry.config;

import java.util.Comparator;
import java.util.List;

/// What is wrong in a configuration, and where.
///
/// @param index where it stands in the file, in characters from its begin; -1 for no place in it,
///   [Integer#MAX_VALUE] for what the environment says
/// @param text one line, with the place
record Mistake(int index, String text) {
  /// All of them, in the order in which they stand.
  ///
  /// @param mistakes at least one
  static ConfigException all(List<Mistake> mistakes) {
    return new ConfigException(
        mistakes.stream()
            .sorted(Comparator.comparingInt(Mistake::index))
            .map(Mistake::text)
            .toList());
  }
}
