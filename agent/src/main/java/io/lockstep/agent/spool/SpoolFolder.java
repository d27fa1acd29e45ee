package io.lockstep.agent.spool;

import io.lockstep.agent.batch.Batch;
import io.lockstep.telemetry.config.FolderLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The spool's folder: segments by number (`0000000000000007.spool`), the lock, and `refused/`.
final class SpoolFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolFolder.class);
  private static final String SUFFIX = ".spool";

  /// Far above what a segment can be; what is larger is not ours.
  private static final int BYTES_MAX = 64 << 20;

  private final Path folder;
  private final Disk disk;
  private final SetAside setAside;
  private @Nullable FolderLock lock;
  private long nextNumber;

  SpoolFolder(Path folder, Disk disk) {
    this.folder = folder;
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
    for (Path file : files()) {
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
    return damaged;
  }

  private List<Path> files() throws IOException {
    return disk.run(() -> {
      try (Stream<Path> all = Files.list(folder)) {
        return all.filter(file -> number(file) >= 0).sorted().toList();
      }
    });
  }

  /// The number in a segment's name; −1 when the file is no segment.
  private static long number(Path file) {
    String name = file.getFileName().toString();
    return name.matches("[0-9]{16}\\.spool")
        ? Long.parseLong(name.substring(0, name.length() - SUFFIX.length()))
        : -1;
  }

  private void unread(Path file, IOException reason) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".unread");
    LOG.warn("segment can't be read kept_as={} error={}", aside, reason.getMessage());
    disk.run(() -> Files.move(file, aside));
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
