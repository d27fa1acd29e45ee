package io.lockstep.collector.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// A text file that is only appended to and never grows beyond its bound: when half of it is full,
/// it becomes `NAME.1` in place of the one before, and a new one begins. For one thread.
final class BoundedFile implements AutoCloseable {
  private final Path file;
  private final long half;
  private FileChannel channel;

  /// @param bytes bound of both files together
  BoundedFile(Path file, long bytes) throws IOException {
    this.file = file;
    this.half = bytes / 2;
    this.channel = open();
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /// Appends a line. One that is longer than half the bound is cut.
  void line(String text) throws IOException {
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    int length = (int) Math.min(bytes.length, half);
    if (channel.size() + length > half) {
      channel.close();
      Path before = file.resolveSibling(file.getFileName() + ".1");
      Files.move(file, before, StandardCopyOption.REPLACE_EXISTING);
      channel = open();
    }
    var buffer = ByteBuffer.wrap(bytes, 0, length);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
