package io.lockstep.agent.sample;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file of the kernel's, read again and again. On the live host it is kept open: a read from the
/// begin makes the kernel write it anew, at a tenth of the cost of opening it each time (1 µs
/// against 10 µs). In a captured tree it is opened each time, because there a file that is replaced
/// is another file. One thread.
final class KernelFile implements AutoCloseable {
  private final Path path;
  private final boolean kept;
  private final boolean atOnce;
  private @Nullable FileChannel channel;

  /// @param kept whether it is kept open between reads
  KernelFile(Path path, boolean kept) {
    this(path, kept, false);
  }

  private KernelFile(Path path, boolean kept, boolean atOnce) {
    this.path = path;
    this.kept = kept;
    this.atOnce = atOnce;
  }

  /// A file of sysfs, of which one read gives all: the kernel makes it whole, of one page at most
  /// ([sysfs.rst](https://docs.kernel.org/filesystems/sysfs.html)).
  static KernelFile attribute(Path path, boolean kept) {
    return new KernelFile(path, kept, true);
  }

  Path path() {
    return path;
  }

  /// Reads the whole file and goes to its first line.
  ///
  /// @throws IOException when it can't be read; the message says why in a few words, without the
  ///   path
  void read(Text into) throws IOException {
    into.from(path);
    try {
      readWith(into);
    } catch (FileSystemException e) {
      throw new IOException(why(e), e);
    } finally {
      if (!kept) {
        close();
      }
    }
    into.line();
  }

  private void readWith(Text into) throws IOException {
    FileChannel old = channel;
    if (old != null) {
      try {
        into.fill(old, atOnce);
        return;
      } catch (IOException _) {
        // a device that was reset has other files of the same name
        close();
      }
    }
    FileChannel opened = FileChannel.open(path);
    channel = opened;
    try {
      into.fill(opened, atOnce);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private static String why(FileSystemException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file";
      case AccessDeniedException _ -> "permission denied";
      default -> e.getReason() == null ? e.toString() : e.getReason();
    };
  }

  @Override
  public void close() {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException _) {
        // it was only read
      }
    }
  }
}
