package io.lockstep.collector.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A row of small whole numbers, one per cell, written in full or as what has changed.
final class Changes {
  /// Stands for a value that is not known; written as null.
  static final int ABSENT = Integer.MIN_VALUE;

  private Changes() {}

  /// Writes `{"all":[…]}` when there is nothing to compare with or most has changed, else
  /// `{"at":[…],"to":[…]}` with the places and their new values; nothing when nothing has changed.
  ///
  /// @param before null for a row in full
  static void write(JsonText json, String name, int @Nullable [] before, int[] now)
      throws IOException {
    if (before == null || before.length != now.length) {
      json.nested(name, row -> row.numbers("all", now, now.length));
      return;
    }
    int[] at = new int[now.length];
    int[] to = new int[now.length];
    int changed = 0;
    for (int i = 0; i < now.length; i++) {
      if (before[i] != now[i]) {
        at[changed] = i;
        to[changed++] = now[i];
      }
    }
    if (changed == 0) {
      return;
    }
    int length = changed;
    if (2 * length > now.length) {
      json.nested(name, row -> row.numbers("all", now, now.length));
    } else {
      json.nested(name, row -> row.numbers("at", at, length).numbers("to", to, length));
    }
  }
}
