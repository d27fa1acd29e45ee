package io.lockstep.agent.spool;

import io.lockstep.agent.batch.Batch;
import io.lockstep.telemetry.config.FolderLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The spool's folder: segments by number (`0000000000000007.spool`), the lock, `refused/`, and
/// what could not be read (`0000000000000007.spool.unread`), bounded as the spool itself is.
final class SpoolFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolFolder.class);
  private static final int DIGITS = 16;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{" + DIGITS + "}");
  private static final String SUFFIX = ".spool";
  private static final String UNREAD = ".unread";

  /// Above the largest segment (a request of 2 MiB that gzip made no smaller) and well within the
  /// agent's heap; what is larger is not ours.
  private static final int BYTES_MAX = 8 << 20;

  private final Path folder;
  private final long bytesMax;
  private final Disk disk;
  private final SetAside setAside;
  private @Nullable FolderLock lock;
  private long nextNumber;

  /// @param bytesMax that files which can't be read may take
  SpoolFolder(Path folder, long bytesMax, Disk disk) {
    this.folder = folder;
    this.bytesMax = bytesMax;
    this.disk = disk;
    this.setAside = new SetAside(folder.resolve("refused"));
  }

  /// Takes the folder for this agent and finds the segments of former runs. One that can't be read
  /// is left where it is, by another name, and said.
  ///
  /// @param found filled with them, oldest first
  /// @return records that were damaged
  int open(List<Segment> found) throws IOException {
    if (lock == null) {
      lock = disk.run(() -> FolderLock.take(folder, "spool.folder"));
    }
    int damaged = 0;
    for (Path file : files(SUFFIX)) {
      nextNumber = Math.max(nextNumber, number(file) + 1);
      try {
        FileBytes bytes = FileBytes.existing(file, disk);
        if (bytes.size() > BYTES_MAX) {
          throw new IOException(file + " is larger than any segment");
        }
        Segment segment = Segment.onDisk(bytes);
        damaged += segment.recover();
        if (segment.open() > 0) {
          found.add(segment);
        } else {
          segment.delete();
        }
      } catch (IOException e) {
        if (disk.stuck()) {
          throw e;
        }
        unread(file, e);
      }
    }
    boundUnread();
    return damaged;
  }

  /// Segments by a number of 16 digits and the suffix, oldest first.
  private List<Path> files(String suffix) throws IOException {
    return disk.run(() -> {
      try (Stream<Path> all = Files.list(folder)) {
        return all.filter(file -> NUMBER.matcher(file.getFileName().toString()).lookingAt())
            .filter(file -> file.getFileName().toString().substring(DIGITS).equals(suffix))
            .sorted()
            .toList();
      }
    });
  }

  private static long number(Path file) {
    return Long.parseLong(file.getFileName().toString().substring(0, DIGITS));
  }

  private void unread(Path file, IOException reason) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + UNREAD);
    LOG.warn("segment can't be read kept_as={} error={}", aside, reason.getMessage());
    disk.run(() -> Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING));
  }

  /// Keeps the newest of them.
  private void boundUnread() throws IOException {
    long bytes = 0;
    for (Path file : files(SUFFIX + UNREAD).reversed()) {
      nextNumber = Math.max(nextNumber, number(file) + 1);
      bytes += disk.run(() -> Files.size(file));
      if (bytes > bytesMax) {
        LOG.warn(
            "segment that can't be read is given up reason=\"spool.bytes is reached\" file={}",
            file);
        disk.run(() -> Files.deleteIfExists(file));
      }
    }
  }

  /// Makes the next segment's file.
  FileBytes create() throws IOException {
    String name = String.format(Locale.ROOT, "%016d%s", nextNumber++, SUFFIX);
    return FileBytes.create(folder.resolve(name), disk);
  }

  /// Keeps a refused batch where people can look at it.
  void setAside(Batch batch, String reason) throws IOException {
    disk.run(() -> {
      setAside.put(batch, reason);
      return true;
    });
  }

  @Override
  public void close() throws IOException {
    if (lock != null) {
      lock.close();
    }
  }
}
