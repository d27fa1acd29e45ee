package io.lockstep.agent.sample;

import io.lockstep.telemetry.otlp.Occurrence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Folds what is said over and over. The first is told at once; those within a second of it are one
/// event that says how many they were. Where it goes on, the next fold is twice as long, up to a
/// minute. By the events' own times, as those of an hour may be read within a second. Any thread.
public final class Repeats {
  /// Attribute of a fold's event: how many it stands for.
  public static final String COUNT = "lockstep.event.count";

  private static final long FIRST_NANOS = 1_000_000_000L;
  private static final long MOST_NANOS = 60 * FIRST_NANOS;
  private static final int KEYS_MAX = 512;

  private static final class Fold {
    private long began;
    private long length = FIRST_NANOS;
    private long count;
    private @Nullable Occurrence last;

    private Fold(long began) {
      this.began = began;
    }

    private boolean holds(long time) {
      return time >= began - length && time < began + length;
    }

    private void add(Occurrence one) {
      count++;
      last = one;
    }

    /// Begins the next one; what this one held, in an event; null when that was nothing.
    private @Nullable Occurrence next(long time) {
      Occurrence one = last;
      Occurrence folded = one == null ? null : folded(one, count);
      length = folded == null ? FIRST_NANOS : Math.min(2 * length, MOST_NANOS);
      began = time;
      count = 0;
      last = null;
      return folded;
    }

    private static Occurrence folded(Occurrence one, long count) {
      Map<String, String> attributes = new HashMap<>(one.attributes());
      attributes.put(COUNT, Long.toString(count));
      String body = count == 1 ? one.body() : one.body() + " (" + count + " times)";
      return new Occurrence(one.name(), one.timeNanos(), body, attributes);
    }
  }

  private final Map<String, Fold> folds = new LinkedHashMap<>();

  /// Takes one.
  ///
  /// @param key same for those that are alike
  /// @return what is to be told now: it, a fold that ends with it, or nothing
  public synchronized List<Occurrence> take(String key, Occurrence one) {
    Fold fold = folds.get(key);
    if (fold == null) {
      if (folds.size() < KEYS_MAX) { // else there is more wrong than this could hide
        folds.put(key, new Fold(one.timeNanos()));
      }
      return List.of(one);
    }
    if (fold.holds(one.timeNanos())) {
      fold.add(one);
      return List.of();
    }
    if (fold.count > 0) {
      fold.add(one);
    }
    Occurrence folded = fold.next(one.timeNanos());
    return List.of(folded == null ? one : folded);
  }

  /// Folds whose time is over.
  ///
  /// @param nowNanos Unix nanoseconds
  public synchronized List<Occurrence> due(long nowNanos) {
    var due = new ArrayList<Occurrence>();
    folds
        .values()
        .removeIf(fold -> {
          if (fold.holds(nowNanos)) {
            return false;
          }
          Occurrence folded = fold.next(nowNanos);
          if (folded != null) {
            due.add(folded);
          }
          return folded == null;
        });
    return due;
  }
}
