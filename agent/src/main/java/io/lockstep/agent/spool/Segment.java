package io.lockstep.agent.spool;

import io.lockstep.agent.batch.Batch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// A run of records that is deleted as a whole. Of each record only its place is kept in memory,
/// and whether somebody has it in hand; the spool's lock guards it.
final class Segment {
  private final SegmentBytes bytes;
  private final boolean memory;
  private final BitSet open = new BitSet();
  private final BitSet waiting = new BitSet();
  private int[] places = new int[64];
  private int records;
  private long newestNanos = Long.MIN_VALUE;

  private Segment(SegmentBytes bytes, boolean memory) {
    this.bytes = bytes;
    this.memory = memory;
  }

  static Segment onDisk(SegmentBytes bytes) {
    return new Segment(bytes, false);
  }

  static Segment inMemory() {
    return new Segment(new MemoryBytes(), true);
  }

  /// Takes up what a former run left; all of it waits.
  ///
  /// @return records that were damaged; a torn last one does not count, nobody was told of it
  int recover() throws IOException {
    ByteBuffer all = bytes.read(0, bytes.size());
    if (FileBytes.newer(all)) {
      throw new IOException(bytes + " was written by a newer version");
    }
    int damaged = 0;
    boolean lost = false;
    int at = BatchRecord.headerAt(all, 0) ? 0 : Math.min(FileBytes.HEADER, all.limit());
    while (at < all.limit()) {
      if (BatchRecord.soundAt(all, at)) {
        lost = false;
        waiting.set(add(at, BatchRecord.timeAt(all, at)));
        at += (int) BatchRecord.lengthAt(all, at);
      } else {
        boolean whole = BatchRecord.headerAt(all, at);
        long end = whole ? at + BatchRecord.lengthAt(all, at) : at + 1L;
        if (end > all.limit() || (!lost && all.limit() - at < BatchRecord.HEADER)) {
          break; // torn: the process ended while it wrote
        }
        damaged += whole || !lost ? 1 : 0;
        lost = !whole;
        at = (int) end;
      }
    }
    return damaged;
  }

  /// Adds a batch; who adds it has it in hand.
  ///
  /// @return its place among the segment's records
  int append(ByteBuffer record, long timeNanos) throws IOException {
    return add(bytes.append(record), timeNanos);
  }

  /// As [#append], to a segment that is in memory.
  int appendInMemory(ByteBuffer record, long timeNanos) {
    if (bytes instanceof MemoryBytes inMemory) {
      return add(inMemory.append(record), timeNanos);
    }
    throw new IllegalStateException(bytes + " is not in memory");
  }

  private int add(int at, long timeNanos) {
    if (records == places.length) {
      places = Arrays.copyOf(places, records * 2);
    }
    places[records] = at;
    open.set(records);
    newestNanos = Math.max(newestNanos, timeNanos);
    return records++;
  }

  /// Takes the oldest waiting record in hand.
  ///
  /// @return its place among the records; −1 when none waits
  int take() {
    int next = waiting.nextSetBit(0);
    if (next >= 0) {
      waiting.clear(next);
    }
    return next;
  }

  /// Reads a record.
  ///
  /// @return null when it is damaged
  @Nullable Batch read(int record) throws IOException {
    int end = record + 1 < records ? places[record + 1] : bytes.size();
    return BatchRecord.decode(bytes.read(places[record], end - places[record]), 0);
  }

  /// Lets a record wait again.
  void release(int record) {
    if (open.get(record)) {
      waiting.set(record);
    }
  }

  /// Takes a waiting record in hand.
  ///
  /// @return false when it does not wait
  boolean hold(int record) {
    boolean was = waiting.get(record);
    waiting.clear(record);
    return was;
  }

  /// Is done with a record.
  ///
  /// @return false when it was done before
  boolean done(int record) {
    boolean was = open.get(record);
    open.clear(record);
    waiting.clear(record);
    return was;
  }

  /// Records that are not done.
  int open() {
    return open.cardinality();
  }

  int size() {
    return bytes.size();
  }

  boolean memory() {
    return memory;
  }

  /// Time of the newest record, Unix nanoseconds.
  long newestNanos() {
    return newestNanos;
  }

  @Override
  public String toString() {
    return bytes.toString();
  }

  void finish() {
    bytes.finish();
  }

  void delete() throws IOException {
    bytes.delete();
  }
}
