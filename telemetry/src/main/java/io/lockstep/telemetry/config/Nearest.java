package io.lockstep.telemetry.config;

import java.util.Collection;
import java.util.Comparator;

/// Finds the known key that somebody most likely meant.
final class Nearest {
  private Nearest() {}

  /// The known key with the fewest letters to change; one that goes on after the given key is near.
  ///
  /// @param known at least one
  static String of(String key, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(one -> one.startsWith(key + "_") ? 1 : distance(key, one)))
        .orElseThrow(() -> new IllegalArgumentException("a section without keys"));
  }

  /// How many letters are to be changed: Levenshtein's distance, one row at a time.
  static int distance(String left, String right) {
    int[] row = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int change = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[right.length()];
  }
}
