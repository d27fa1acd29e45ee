package io.lockstep.collector.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lines that are acknowledged and not in the store yet, in files of their own: what is in it
/// outlives a `kill -9` of this process and of the store. A file is deleted once the store has all
/// of its lines; what is left at a start goes to the store then.
///
/// Not forced to the disk: a server that loses its power loses the last seconds, as with the store.
///
/// A file is a sequence of records: length of the rest, its CRC-32C, number of lines, values in
/// them; for each line its table (1 byte), time (8) and length (4); the text. Big-endian.
final class Journal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  static final String SUFFIX = ".lines";

  /// Length and checksum.
  static final int HEAD = 8;

  /// Number of lines, and of values.
  static final int COUNTS = 8;

  /// What stands before the text for each line.
  static final int LINE = 13;

  private static final int SEGMENT = 64 << 20;
  private static final int RECORD = 1 << 20;

  /// What is left to others on the same disk, the store and the state among them.
  private static final long ROOM_MIN = 64L << 20;

  private static final long LOOK_NANOS = 1_000_000_000;

  private final Path folder;
  private final long max;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicLong bytes = new AtomicLong();
  private final List<Segment> closed = new ArrayList<>();
  private ByteBuffer record = ByteBuffer.allocateDirect(2 * RECORD);
  private @Nullable FileChannel channel;
  private Path file;
  private long length;
  private long number;
  private final AtomicLong unread = new AtomicLong();
  private long looked;
  private boolean room = true;
  private boolean ended;

  /// @param folder which only this process writes to; made when it is missing
  /// @param max bound of all files together, bytes
  /// @throws IOException when the folder can't be made or read
  Journal(Path folder, long max) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.max = max;
    this.file = folder;
    this.looked = System.nanoTime() - LOOK_NANOS;
    for (Path left : left()) {
      long size = Files.size(left);
      closed.add(new Segment(left, size, bytes));
      unread.addAndGet(size);
      String name = left.getFileName().toString();
      number = Long.parseLong(name.substring(0, name.length() - SUFFIX.length())) + 1;
    }
    if (!closed.isEmpty()) {
      LOG.info("journal: {} bytes of a former run go to the store", bytes.get());
    }
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9]{1,18}\\" + SUFFIX))
          .sorted()
          .toList();
    }
  }

  /// Keeps the lines; they are in the file when this returns. Any thread.
  ///
  /// @return why they can't be kept, and may be part of them are; empty when they are
  String append(Lines lines) {
    lock.lock();
    try {
      if (ended) {
        return "stopping";
      }
      for (int from = 0; from < lines.count(); ) {
        int to = end(lines, from);
        String reason = write(lines, from, to);
        if (!reason.isEmpty()) {
          return reason;
        }
        from = to;
      }
      return "";
    } finally {
      lock.unlock();
    }
  }

  /// One record holds what is less than its size, at least one line.
  private static int end(Lines lines, int from) {
    int to = from + 1;
    while (to < lines.count() && lines.start(to + 1) - lines.start(from) <= RECORD) {
      to++;
    }
    return to;
  }

  private String write(Lines lines, int from, int to) {
    int size = fill(lines, from, to);
    long before = bytes.get();
    if (before > 0 && before + size > max) {
      return "the store is behind: " + (before >> 20) + " MiB wait for it";
    }
    try {
      if (!room()) {
        return "the disk of " + folder + " is full: make room";
      }
      append(size);
      return "";
    } catch (IOException e) {
      return "can't write " + file + ": " + e.getMessage();
    }
  }

  /// Lays the record out.
  ///
  /// @return its size
  private int fill(Lines lines, int from, int to) {
    int begin = lines.start(from);
    int text = lines.start(to) - begin;
    int size = HEAD + COUNTS + (to - from) * LINE + text;
    if (record.capacity() < size) {
      record = ByteBuffer.allocateDirect(size);
    }
    record.clear().position(HEAD);
    // The values of a batch that needs several records are counted with its first.
    record.putInt(to - from).putInt(from == 0 ? (int) lines.values() : 0);
    for (int i = from; i < to; i++) {
      record.put(lines.tables()[i]).putLong(lines.times()[i]);
      record.putInt(lines.start(i + 1) - lines.start(i));
    }
    record.put(lines.text(), begin, text).flip().position(HEAD);
    var crc = new CRC32C();
    crc.update(record);
    record.putInt(0, size - HEAD).putInt(4, (int) crc.getValue()).position(0);
    return size;
  }

  private void append(int size) throws IOException {
    FileChannel open = channel;
    if (open == null) {
      file = folder.resolve(String.format(Locale.ROOT, "%018d%s", number++, SUFFIX));
      open = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      channel = open;
      length = 0;
    }
    try {
      while (record.hasRemaining()) {
        open.write(record);
      }
    } catch (IOException e) {
      takeBack(open);
      throw e;
    }
    length += size;
    unread.addAndGet(size);
    bytes.addAndGet(size);
    if (length >= SEGMENT) {
      roll();
    }
  }

  /// Half a record would end the file for who reads it: it is cut off, or else the file is left.
  private void takeBack(FileChannel open) throws IOException {
    try {
      open.truncate(length);
      open.position(length);
    } catch (IOException e) {
      LOG.debug("half a record stays", e);
      roll();
    }
  }

  private boolean room() throws IOException {
    long now = System.nanoTime();
    if (now - looked >= LOOK_NANOS) {
      looked = now;
      room = Files.getFileStore(folder).getUsableSpace() >= ROOM_MIN;
    }
    return room;
  }

  private void roll() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      return;
    }
    channel = null;
    if (length > 0) {
      bytes.addAndGet(-length); // the segment counts itself
      closed.add(new Segment(file, length, bytes));
    }
    open.close();
    if (length == 0) {
      Files.delete(file);
    }
  }

  /// What has come since the last call, oldest first: the caller's from now on.
  List<Segment> take() {
    lock.lock();
    try {
      roll();
      List<Segment> taken = List.copyOf(closed);
      closed.clear();
      unread.set(0);
      return taken;
    } catch (IOException e) {
      throw new UncheckedIOException("can't close " + file, e);
    } finally {
      lock.unlock();
    }
  }

  /// Bytes that are kept.
  long bytes() {
    return bytes.get();
  }

  /// Bytes that nobody has taken yet.
  long unread() {
    return unread.get();
  }

  long max() {
    return max;
  }

  /// Takes nothing more.
  void end() {
    lock.lock();
    try {
      ended = true;
    } finally {
      lock.unlock();
    }
  }

  /// What is in it stays for the next start.
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      ended = true;
      roll();
    } finally {
      lock.unlock();
    }
  }
}
