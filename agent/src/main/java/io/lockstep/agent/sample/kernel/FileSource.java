package io.lockstep.agent.sample.kernel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file in the place of `/dev/kmsg`, as syslog writes one or a test: read, then watched as it
/// grows. Where it is cut, or put aside under another name and made anew (as `logrotate` does), the
/// rest of the old one is read first, also when that happened while nobody read.
final class FileSource implements KernelSource {
  private static final Logger LOG = LoggerFactory.getLogger(FileSource.class);
  private static final int POLL_MILLIS = 200;
  private static final int LINE_MAX = 16 << 10;
  private static final String KIND = "file ";

  /// So much before a place is looked at to know it again.
  private static final int MARK_BYTES = 4096;

  /// A file that was put aside is still written until its writer has been told.
  private static final long PUT_ASIDE_NANOS = 1_000_000_000L;

  private static final long LOOK_NANOS = 500_000_000L;

  private static final Duration FIRST_NEWS = Duration.ofMinutes(10);

  private final Path path;
  private final InstantSource clock;

  /// Whether the log is met for the first time: what stands in it already is history, and may be of
  /// long ago.
  private boolean first;

  private volatile FileChannel channel;
  private volatile boolean closed;
  private String identity = "";
  private BasicFileAttributes begun;
  private long history;
  private Instant changed = Instant.EPOCH;
  private @Nullable Instant boot;
  private long undated;

  /// Whether the line that was read last stood there when the file was opened.
  private boolean stood;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 << 10).limit(0);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long position;
  private long lineBegin;
  private long moreAt = System.nanoTime();
  private long asideAt;
  private long lookedAt = System.nanoTime();
  private boolean aside;

  private FileSource(Path path, boolean first, Path file, InstantSource clock) throws IOException {
    this.path = path;
    this.clock = clock;
    this.first = first;
    this.begun = attributes(file);
    this.channel = FileChannel.open(file, StandardOpenOption.READ);
  }

  static FileSource open(Path path, KernelPlace told, InstantSource clock) throws IOException {
    boolean first = !told.identity().startsWith(KIND);
    Path left = first ? null : leftOff(path, told);
    Path file = left == null ? path : left;
    var source = new FileSource(path, first, file, clock);
    source.begin(file, left == null ? 0 : told.sequence());
    return source;
  }

  private void begin(Path file, long at) throws IOException {
    begun = attributes(file);
    identity = key(begun);
    history = begun.size();
    changed = begun.lastModifiedTime().toInstant();
    boot = bootOf(begun);
    position = at;
    lineBegin = at;
    line.reset();
    buffer.limit(0);
  }

  /// The file in which what was told stands: this one, or what it was renamed or copied to; null
  /// when it is gone.
  private static @Nullable Path leftOff(Path path, KernelPlace told) throws IOException {
    List<Path> all = new ArrayList<>(List.of(path));
    String name = path.getFileName().toString();
    Path folder = path.toAbsolutePath().getParent();
    try (DirectoryStream<Path> beside =
        Files.newDirectoryStream(
            folder,
            one ->
                one.getFileName().toString().startsWith(name + ".")
                    || one.getFileName().toString().startsWith(name + "-"))) {
      beside.forEach(all::add);
    }
    Path copy = null;
    for (Path one : all) {
      if (holds(one, told)) {
        if (key(attributes(one)).equals(told.identity())) {
          return one;
        }
        copy = told.sequence() > 0 ? one : copy;
      }
    }
    return copy;
  }

  private static boolean holds(Path file, KernelPlace told) {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      return in.size() >= told.sequence() && mark(in, told.sequence()).equals(told.mark());
    } catch (IOException _) {
      return false;
    }
  }

  private static String mark(FileChannel in, long end) throws IOException {
    var bytes = ByteBuffer.allocate((int) Math.min(MARK_BYTES, Math.max(0, end)));
    long at = end - bytes.capacity();
    while (bytes.hasRemaining()) {
      int length = in.read(bytes, at + bytes.position());
      if (length < 0) {
        break;
      }
    }
    var sum = new CRC32C();
    sum.update(bytes.flip());
    return Long.toHexString(sum.getValue());
  }

  /// Device and inode, and the time at which the file was made where the file system keeps it.
  private static String key(BasicFileAttributes attributes) {
    return KIND + attributes.fileKey() + " " + attributes.creationTime().toMillis();
  }

  @Override
  public KernelPlace place() throws IOException {
    return new KernelPlace(identity, lineBegin, mark(channel, lineBegin));
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
    stood = begin < history;
    return new KernelRecord(begin, -1, written(text).toEpochMilli(), lines);
  }

  private Instant written(String text) {
    if (!stood) {
      return LineTime.ofNew(text, clock.instant());
    }
    if (!first) {
      return LineTime.ofMissed(text, changed);
    }
    Instant dated = LineTime.ofHistory(text, changed, boot);
    undated += dated == null ? 1 : 0;
    return dated == null ? Instant.EPOCH : dated; // may be of any time, so it is of long ago
  }

  /// When this server was started, where the file was made after that: then what stands there is of
  /// this boot.
  private @Nullable Instant bootOf(BasicFileAttributes file) {
    long uptime = Uptime.nanos();
    Instant boot = clock.instant().minusNanos(uptime);
    return uptime < 0 || file.creationTime().toInstant().isBefore(boot) ? null : boot;
  }

  /// Says how much of a log that is met for the first time tells of nothing, once it is read.
  private void tellOfUndated() {
    if (undated > 0 && lineBegin >= history) {
      LOG.info(
          "kernel log: what stood in it without a date is history, and told to nobody file={} lines={}",
          path,
          undated);
      undated = 0;
    }
  }

  private void fill() throws IOException, InterruptedException {
    buffer.clear();
    int length = channel.read(buffer, position);
    buffer.flip();
    if (length > 0) {
      moreAt = System.nanoTime();
      return;
    }
    buffer.limit(0);
    tellOfUndated();
    if (closed) {
      throw new IOException("closed");
    }
    if (isLeft()) {
      move();
    } else {
      Thread.sleep(POLL_MILLIS);
    }
  }

  /// Whether it was cut or put aside; looked at twice a second, as it costs more than reading.
  private boolean isLeft() throws IOException {
    long now = System.nanoTime();
    if (now - lookedAt < LOOK_NANOS) {
      return false;
    }
    lookedAt = now;
    return channel.size() < position || isPutAside(now);
  }

  /// Whether another file has the name now, and nobody writes this one any more.
  private boolean isPutAside(long now) throws IOException {
    if (hasTheName()) {
      aside = false;
      return false;
    }
    if (!aside) {
      aside = true;
      asideAt = now;
    }
    return now - asideAt > PUT_ASIDE_NANOS && now - moreAt > PUT_ASIDE_NANOS;
  }

  /// Whether this file has the name still, or no other has it.
  private boolean hasTheName() throws IOException {
    try {
      BasicFileAttributes now = attributes(path);
      return Objects.equals(now.fileKey(), begun.fileKey())
          && now.creationTime().equals(begun.creationTime());
    } catch (NoSuchFileException _) {
      return true;
    }
  }

  /// To the file of the name, from one that was cut or put aside.
  private void move() throws IOException {
    FileChannel old = channel;
    channel = FileChannel.open(path, StandardOpenOption.READ);
    old.close();
    first = false;
    aside = false;
    begin(path, 0);
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class);
  }

  /// A file may hold months and other boots, of which the repairs are not known: the first time it
  /// begins with what has just happened.
  @Override
  public Duration news() {
    return first && stood ? FIRST_NEWS : KernelSource.super.news();
  }

  @Override
  public long lost() {
    return 0;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    channel.close();
  }
}
