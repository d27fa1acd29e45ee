package io.lockstep.agent.sample.textfile;

import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// A metric of a text file with its lines.
///
/// @param name without a histogram's `_bucket`, `_sum` and `_count`
/// @param help null where the file does not say
/// @param lines in the file's order; may be empty
record TextFamily(String name, Type type, @Nullable String help, List<Line> lines) {

  /// Types of the format.
  enum Type {
    COUNTER,
    GAUGE,
    HISTOGRAM,
    SUMMARY,
    UNTYPED;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// One value.
  ///
  /// @param name with `_bucket`, `_sum` or `_count` where it has one
  /// @param labels by name
  /// @param value may be infinite or NaN
  record Line(String name, SortedMap<String, String> labels, double value) {}

  TextFamily {
    lines = List.copyOf(lines);
  }

  /// Whether a line only grows: a counter, or what a histogram or summary counts and sums.
  boolean counts(Line line) {
    return switch (type) {
      case COUNTER -> true;
      case HISTOGRAM, SUMMARY -> !line.name().equals(name);
      case GAUGE, UNTYPED -> false;
    };
  }
}
