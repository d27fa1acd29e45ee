package io.lockstep.collector.window;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Twenty-four hours of one table in spans of ten minutes, put together from its sealed slots.
///
/// One thread folds and closes; any thread reads closed spans, which do not change.
public final class Past {
  /// Length of a span; spans begin at whole multiples of it, UTC.
  public static final int SPAN_SECONDS = 600;

  /// Spans that are kept.
  public static final int SPANS = 144;

  private final int columns;
  private final Subjects subjects;
  private final TreeMap<Long, OpenSpan> open = new TreeMap<>();
  private final AtomicReferenceArray<@Nullable ClosedSpan> closed =
      new AtomicReferenceArray<>(SPANS);
  private final List<ClosedSpan> fresh = new ArrayList<>();
  private boolean held;

  Past(int columns, Subjects subjects) {
    this.columns = columns;
    this.subjects = subjects;
  }

  /// The span that a slot belongs to.
  public static long span(long slot) {
    return Math.floorDiv(slot, (long) SPAN_SECONDS);
  }

  /// Adds a sealed slot.
  void fold(long slot, float[] values) {
    if (values.length > 0) {
      open(span(slot)).fold(values);
    }
  }

  private OpenSpan open(long span) {
    return open.computeIfAbsent(span, index -> new OpenSpan(index, columns));
  }

  /// Closes the spans that ended before a slot, unless they are held open.
  void closeBefore(long slot) {
    while (!held && !open.isEmpty() && open.firstKey() < span(slot)) {
      OpenSpan over = open.pollFirstEntry().getValue();
      if (!over.isEmpty()) {
        ClosedSpan kept = over.close(subjects.count());
        put(kept);
        fresh.add(kept);
      }
    }
  }

  private void put(ClosedSpan span) {
    ClosedSpan there = closed.get(place(span.index()));
    if (there == null || there.index() < span.index()) {
      closed.set(place(span.index()), span);
    }
  }

  /// Keeps spans open from now on, or no longer: seconds of them may still be read from the store.
  void hold(boolean now) {
    held = now;
  }

  /// Adds seconds of a span that is open, from the store.
  void merge(OpenSpan seconds) {
    open(seconds.index()).merge(seconds);
  }

  /// Adds one value of a sealed slot, from the store.
  void add(long slot, int cell, float value) {
    open(span(slot)).add(cell, value);
  }

  /// Takes a span as it was closed before a restart, where there is none.
  void recall(ClosedSpan span) {
    if (!open.containsKey(span.index())) {
      put(span);
    }
  }

  /// The spans that were closed since the last call, oldest first: for the store.
  List<ClosedSpan> takeFresh() {
    if (fresh.isEmpty()) {
      return List.of();
    }
    List<ClosedSpan> taken = List.copyOf(fresh);
    fresh.clear();
    return taken;
  }

  /// The span of that number; null when there is none, or it is not over.
  @Nullable ClosedSpan get(long index) {
    ClosedSpan span = closed.get(place(index));
    return span != null && span.index() == index ? span : null;
  }

  private static int place(long index) {
    return (int) Math.floorMod(index, (long) SPANS);
  }

  long bytes() {
    long bytes = 0;
    for (int i = 0; i < SPANS; i++) {
      ClosedSpan span = closed.get(i);
      bytes += span == null ? 0 : span.bytes();
    }
    return bytes;
  }
}
