package io.lockstep.agent.spool;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The spool's segments, oldest first; the newest is being written. Gives up whole ones, the oldest
/// first, where a bound asks for it. The spool's lock guards it.
final class Segments {
  private static final Logger LOG = LoggerFactory.getLogger(Segments.class);

  /// A fully acknowledged segment is only thrown away from this size on while it is being written,
  /// so that a healthy agent makes a new file every few seconds and not for each batch.
  private static final int TIDY_BYTES = 128 << 10;

  private final ArrayDeque<Segment> oldestFirst = new ArrayDeque<>();
  private @Nullable Segment current;
  private long dropped;
  private boolean overflowing;

  /// Batches that were given up for a bound.
  long dropped() {
    return dropped;
  }

  /// The segment that is being written; null when the next batch begins a new one.
  @Nullable Segment current() {
    return current;
  }

  /// Adds a segment to be written from now on.
  void begin(Segment segment) {
    finishCurrent();
    oldestFirst.addLast(segment);
    current = segment;
  }

  /// Puts segments of a former run before all others.
  ///
  /// @param found oldest first
  void addFormer(List<Segment> found) {
    found.reversed().forEach(oldestFirst::addFirst);
  }

  Iterable<Segment> oldestFirst() {
    return oldestFirst;
  }

  void finishCurrent() {
    if (current != null) {
      current.finish();
      current = null;
    }
  }

  /// Drops the oldest segments, of those on disk or of those in memory, until the others take no
  /// more than so many bytes.
  void keepWithin(long bytes, boolean memory) {
    long taken = 0;
    for (Segment segment : oldestFirst) {
      taken += segment.memory() == memory ? segment.size() : 0;
    }
    Iterator<Segment> next = oldestFirst.iterator();
    while (taken > bytes && next.hasNext()) {
      Segment segment = next.next();
      if (segment.memory() == memory && segment.size() > 0) {
        taken -= segment.size();
        next.remove();
        drop(segment, memory ? "memory is full" : "spool.bytes is reached");
      }
    }
  }

  /// Drops segments whose newest batch is older.
  ///
  /// @param timeNanos Unix nanoseconds
  void dropOlderThan(long timeNanos) {
    while (!oldestFirst.isEmpty() && oldestFirst.getFirst().newestNanos() < timeNanos) {
      drop(oldestFirst.removeFirst(), "older than spool.age");
    }
  }

  private void drop(Segment segment, String why) {
    dropped += segment.open();
    delete(segment);
    if (segment.open() > 0 && !overflowing) {
      overflowing = true;
      LOG.warn("spool gives up its oldest batches reason={} batches={}", why, segment.open());
    }
  }

  /// Deletes a segment where it is of no more use.
  void tidy(Segment segment) {
    if (useless(segment) && oldestFirst.remove(segment)) {
      delete(segment);
      overflowing &= !oldestFirst.isEmpty();
    }
  }

  /// Deletes every segment that is of no more use.
  void tidy() {
    List.copyOf(oldestFirst).forEach(this::tidy);
  }

  private boolean useless(Segment segment) {
    return segment.open() == 0 && (segment != current || segment.size() >= TIDY_BYTES);
  }

  private void delete(Segment segment) {
    if (segment == current) {
      current = null;
    }
    try {
      segment.delete();
    } catch (IOException e) {
      // The next run finds the file and sends it again, under the same ids.
      LOG.debug("segment can't be deleted segment={} error={}", segment, e.getMessage());
    }
  }

  /// Bytes that all of them take.
  long bytes() {
    long bytes = 0;
    for (Segment segment : oldestFirst) {
      bytes += segment.size();
    }
    return bytes;
  }

  /// Batches that are not done.
  long open() {
    long open = 0;
    for (Segment segment : oldestFirst) {
      open += segment.open();
    }
    return open;
  }
}
