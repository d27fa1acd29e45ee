package io.lockstep.agent.sample.kernel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/// A file in the place of `/dev/kmsg`, as syslog writes one or a test: read from its begin, then
/// watched as it grows. A file that was cut, or replaced by another of its name, begins anew.
final class FileSource implements KernelSource {
  private static final int POLL_MILLIS = 100;
  private static final int LINE_MAX = 16 << 10;

  private final Path path;
  private final FileChannel channel;
  private final String identity;
  private final ByteBuffer buffer = ByteBuffer.allocate(64 << 10).limit(0);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long position;
  private long lineBegin;
  private boolean cut;

  private FileSource(Path path, FileChannel channel, String identity) {
    this.path = path;
    this.channel = channel;
    this.identity = identity;
  }

  static FileSource open(Path path, BasicFileAttributes attributes) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    return new FileSource(path, channel, key(attributes));
  }

  /// Device and inode, and the time at which the file was made where the file system keeps it.
  private static String key(BasicFileAttributes attributes) {
    return "file " + attributes.fileKey() + " " + attributes.creationTime().toMillis();
  }

  @Override
  public String identity() {
    return identity;
  }

  @Override
  public KernelRecord next() throws IOException, InterruptedException {
    while (true) {
      while (buffer.hasRemaining()) {
        byte one = buffer.get();
        position++;
        if (one == '\n') {
          return line();
        }
        if (line.size() < LINE_MAX) {
          line.write(one);
        }
      }
      fill();
    }
  }

  private KernelRecord line() {
    String text = line.toString(StandardCharsets.UTF_8);
    long begin = lineBegin;
    line.reset();
    lineBegin = position;
    KernelRecord read = KernelRecord.of(text);
    List<String> lines = read == null ? List.of(text) : read.lines();
    return new KernelRecord(begin, -1, lines);
  }

  private void fill() throws IOException, InterruptedException {
    buffer.clear();
    int length = channel.read(buffer, position);
    buffer.flip();
    if (length > 0) {
      return;
    }
    buffer.limit(0);
    cut = channel.size() < position;
    if (cut || !key(attributes()).equals(identity)) {
      throw new IOException(path + " was cut or replaced");
    }
    Thread.sleep(POLL_MILLIS);
  }

  private BasicFileAttributes attributes() throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class);
  }

  @Override
  public boolean begunAnew() {
    return cut;
  }

  @Override
  public long lost() {
    return 0;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
