package io.lockstep.collector.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file of the [Journal] that is not written to any more: mapped while its lines are on their way
/// to the store, deleted when all are there. For one thread.
final class Segment {
  private static final Logger LOG = LoggerFactory.getLogger(Segment.class);

  private final Path file;
  private final long size;
  private final AtomicLong bytes;
  private @Nullable Arena arena;
  private ByteBuffer mapped = ByteBuffer.allocate(0);
  private long values;

  /// Lines that the store has not yet, and one for the reading.
  private int outstanding;

  /// Who is told of a segment's lines.
  @FunctionalInterface
  interface Visitor {
    /// Takes one line.
    ///
    /// @param table its number, from −128 to 127
    /// @param time Unix nanoseconds
    /// @param offset of its text in the segment
    /// @param length of its text, bytes
    void line(int table, long time, int offset, int length);
  }

  /// @param bytes what all segments take, to which this one adds itself
  Segment(Path file, long size, AtomicLong bytes) {
    this.file = file;
    this.size = size;
    this.bytes = bytes;
    bytes.addAndGet(size);
  }

  long size() {
    return size;
  }

  /// Values in its lines; known once it was read.
  long values() {
    return values;
  }

  /// Reads all lines; [#done()] is to be called for each of them, and once more, afterwards.
  @SuppressWarnings("MustBeClosedChecker") // done() or close() closes it
  void read(Visitor visitor) throws IOException {
    Arena shared = Arena.ofShared(); // okhttp writes it out on a thread of its own
    arena = shared;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, shared).asByteBuffer();
    }
    outstanding = 1;
    int at = 0;
    while (whole(at)) {
      at = record(at, visitor);
    }
    if (at < size) {
      LOG.warn(
          "journal {}: its last {} of {} bytes are no whole record, and are left out: their sender"
              + " was not told that they were kept if the collector was killed as it wrote them",
          file,
          size - at,
          size);
    }
  }

  private boolean whole(int at) {
    long left = size - at - Journal.HEAD;
    if (left < Journal.COUNTS) {
      return false;
    }
    int length = mapped.getInt(at);
    if (length < Journal.COUNTS || length > left) {
      return false;
    }
    var crc = new CRC32C();
    crc.update(mapped.slice(at + Journal.HEAD, length));
    return (int) crc.getValue() == mapped.getInt(at + 4);
  }

  private int record(int at, Visitor visitor) {
    int count = mapped.getInt(at + Journal.HEAD);
    values += mapped.getInt(at + Journal.HEAD + 4);
    outstanding += count;
    int line = at + Journal.HEAD + Journal.COUNTS;
    int text = line + count * Journal.LINE;
    for (int i = 0; i < count; i++) {
      int length = mapped.getInt(line + 9);
      visitor.line(mapped.get(line), mapped.getLong(line + 1), text, length);
      line += Journal.LINE;
      text += length;
    }
    return at + Journal.HEAD + mapped.getInt(at);
  }

  /// A part of it, as it stands in the file.
  ByteBuffer slice(int offset, int length) {
    return mapped.slice(offset, length);
  }

  /// The store has one more line of it, or the reading has come to its end. After the last of them
  /// it is gone.
  ///
  /// @return whether that was the last
  boolean done() {
    if (--outstanding > 0) {
      return false;
    }
    close();
    bytes.addAndGet(-size);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("can't delete {}: its lines go to the store once more at the next start", file, e);
    }
    return true;
  }

  /// Lets go of the memory; the file stays.
  void close() {
    Arena open = arena;
    if (open != null) {
      mapped = ByteBuffer.allocate(0);
      open.close();
      arena = null;
    }
  }
}
