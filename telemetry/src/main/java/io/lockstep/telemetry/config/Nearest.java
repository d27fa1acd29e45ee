package io.lockstep.telemetry.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Finds the known key that somebody most likely meant.
final class Nearest {
  private Nearest() {}

  /// Words that other programs have for what stands here under another.
  private static final Map<String, List<String>> ALSO =
      Map.of(
          "size", List.of("bytes"),
          "limit", List.of("bytes"),
          "capacity", List.of("bytes"),
          "retention", List.of("age"),
          "ttl", List.of("age"),
          "dir", List.of("folder"),
          "directory", List.of("folder"),
          "path", List.of("folder", "file"),
          "endpoint", List.of("address", "url"),
          "port", List.of("address"));

  /// The known key with the fewest letters to change; one that goes on after the given key is near,
  /// and one that shares a word with it is nearer than its letters say.
  ///
  /// @return null when none is near enough for that it was meant
  static @Nullable String of(String key, Collection<String> known) {
    return known.stream()
        .filter(one -> shareWord(key, one) || distance(key, one) <= Math.max(2, key.length() / 2))
        .min(Comparator.comparingInt(one -> far(key, one)))
        .orElse(null);
  }

  private static int far(String key, String known) {
    if (known.startsWith(key + "_")) {
      return 1;
    }
    int distance = distance(key, known);
    return shareWord(key, known) ? (distance + 1) / 2 : distance;
  }

  private static boolean shareWord(String key, String known) {
    List<String> words = List.of(known.split("_", -1));
    return Stream.of(key.split("_", -1))
        .anyMatch(one ->
            words.contains(one)
                || ALSO.getOrDefault(one, List.of()).stream().anyMatch(words::contains));
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
