package io.lockstep.agent.sample.nvml;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// Looks at a library before it is loaded. A file that was cut, as by a full disk in the middle of
/// an upgrade, is mapped all the same, and the first touch of what is missing kills the process.
final class ElfFile {
  private static final int MAGIC = 0x7f454c46;
  private static final int HEADER = 64; // ELF64
  private static final int SEGMENT = 56;
  private static final int SEGMENTS_MAX = 64;
  private static final int LOAD = 1;

  private ElfFile() {}

  /// @param name a file; a name for the system's loader is not looked at
  /// @throws IOException when the file is shorter than it says
  static void check(String name) throws IOException {
    if (!name.contains("/") || !Files.isRegularFile(Path.of(name))) {
      return;
    }
    try (FileChannel file = FileChannel.open(Path.of(name))) {
      ByteBuffer header = read(file, 0, HEADER);
      if (header.remaining() < HEADER || header.order(ByteOrder.BIG_ENDIAN).getInt(0) != MAGIC) {
        return; // the loader says what it is
      }
      header.order(ByteOrder.LITTLE_ENDIAN);
      long segments = header.getLong(32);
      int count = Math.min(header.getShort(56) & 0xffff, SEGMENTS_MAX);
      ByteBuffer table = read(file, segments, count * SEGMENT);
      boolean whole = table.remaining() == count * SEGMENT;
      for (int i = 0; whole && i < count; i++) {
        int at = i * SEGMENT;
        long end = table.getLong(at + 8) + table.getLong(at + 32);
        whole = table.getInt(at) != LOAD || end <= file.size();
      }
      if (!whole) {
        throw new IOException(
            name + " is cut short, " + file.size() + " bytes; install the NVIDIA driver again");
      }
    }
  }

  private static ByteBuffer read(FileChannel file, long from, int bytes) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long at = from;
    while (at >= 0 && into.hasRemaining()) {
      int some = file.read(into, at);
      if (some <= 0) {
        break;
      }
      at += some;
    }
    return into.flip();
  }
}
