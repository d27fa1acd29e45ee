package io.lockstep.agent.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A segment as a file. It begins with 16 bytes: magic `LOCKSPOL`, version (2 bytes), 0 (2 bytes),
/// CRC32C of these twelve. Written without fsync: what the kernel has taken survives the end of
/// this process, however violent.
final class FileBytes implements SegmentBytes {
  static final int HEADER = 16;

  private static final long MAGIC = 0x4c4f_434b_5350_4f4cL;
  private static final short VERSION = 1;

  private final Path file;
  private final Disk disk;
  private @Nullable FileChannel channel;
  private int size;

  private FileBytes(Path file, Disk disk, @Nullable FileChannel channel, int size) {
    this.file = file;
    this.disk = disk;
    this.channel = channel;
    this.size = size;
  }

  /// Makes a new file.
  static FileBytes create(Path file, Disk disk) throws IOException {
    FileChannel channel =
        disk.run(() -> {
          Files.createDirectories(file.toAbsolutePath().getParent());
          FileChannel made =
              FileChannel.open(
                  file,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          try {
            writeAll(made, header(), 0);
            return made;
          } catch (IOException e) {
            made.close();
            Files.deleteIfExists(file);
            throw e;
          }
        });
    return new FileBytes(file, disk, channel, HEADER);
  }

  /// Takes up a finished file of a former run.
  static FileBytes existing(Path file, Disk disk) throws IOException {
    long size = disk.run(() -> Files.size(file));
    if (size > Integer.MAX_VALUE) {
      throw new IOException(file + " is larger than any segment");
    }
    return new FileBytes(file, disk, null, (int) size);
  }

  /// Whether a file that begins so was written by a newer version, whose records we can't know. A
  /// damaged header does not say so: then the records are looked for.
  static boolean newer(ByteBuffer bytes) {
    return bytes.limit() >= HEADER
        && bytes.getLong(0) == MAGIC
        && bytes.getInt(12) == checksum(bytes)
        && bytes.getShort(8) > VERSION;
  }

  private static ByteBuffer header() {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    header.putLong(MAGIC).putShort(VERSION).putShort((short) 0);
    return header.putInt(checksum(header)).flip();
  }

  private static int checksum(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes.slice(0, 12));
    return (int) crc.getValue();
  }

  @Override
  public int append(ByteBuffer record) throws IOException {
    FileChannel open = channel;
    if (open == null) {
      throw new IllegalStateException(file + " is finished");
    }
    int at = size;
    int length = record.remaining();
    disk.run(() -> {
      try {
        writeAll(open, record, at);
      } catch (IOException e) {
        open.truncate(at);
        throw e;
      }
      return at;
    });
    size += length;
    return at;
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes, int at) throws IOException {
    int start = bytes.position();
    while (bytes.hasRemaining()) {
      channel.write(bytes, at + bytes.position() - start);
    }
  }

  @Override
  public ByteBuffer read(int at, int length) throws IOException {
    return disk.run(() -> {
      try (FileChannel reader = FileChannel.open(file, StandardOpenOption.READ)) {
        int there = Math.clamp(reader.size() - at, 0, length);
        ByteBuffer bytes = ByteBuffer.allocate(there);
        while (bytes.hasRemaining() && reader.read(bytes, at + bytes.position()) >= 0) {
          // read on: a file gives less than asked for where it pleases
        }
        return bytes.flip();
      }
    });
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void finish() {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        disk.run(() -> {
          open.close();
          return true;
        });
      } catch (IOException _) {
        // What was appended is the kernel's already; the descriptor ends with the process.
      }
    }
  }

  @Override
  public void delete() throws IOException {
    finish();
    disk.run(() -> Files.deleteIfExists(file));
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
