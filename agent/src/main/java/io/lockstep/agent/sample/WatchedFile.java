package io.lockstep.agent.sample;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file of the kernel's that may fail without harm to others. One thread.
final class WatchedFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);

  private final KernelFile file;
  private final Watch watch;
  private final boolean optional;
  private boolean absenceSaid;
  private boolean everRead;

  /// Reads a value from a file's text, which stands at its first line.
  @FunctionalInterface
  interface Parse<T> {
    T of(Text text) throws IOException;
  }

  /// @param group what the file belongs to, for messages
  /// @param kept as in [KernelFile]
  WatchedFile(Path path, String group, boolean kept) {
    this(new KernelFile(path, kept), group, false);
  }

  private WatchedFile(KernelFile file, String group, boolean optional) {
    this.file = file;
    this.watch = new Watch(group, String.valueOf(file.path().getFileName()));
    this.optional = optional;
  }

  /// A file that some kernels do not have: where it has never been, that is no failure.
  static WatchedFile optional(Path path, String group, boolean kept) {
    return new WatchedFile(new KernelFile(path, kept), group, true);
  }

  /// A file of sysfs, as in [KernelFile#attribute].
  static WatchedFile attribute(Path path, String group, boolean kept) {
    return new WatchedFile(KernelFile.attribute(path, kept), group, false);
  }

  /// Reads the file, unless it has failed and is not due again.
  ///
  /// @param text is used for reading
  /// @return null when there is no value in this round
  <T> @Nullable T read(Notes notes, Text text, Parse<T> parse) {
    if (!watch.due(notes)) {
      return null;
    }
    try {
      file.read(text);
      T value = parse.of(text);
      watch.good(notes);
      everRead = true;
      return value;
    } catch (IOException e) {
      if (optional && !everRead && e.getCause() instanceof NoSuchFileException) {
        absent(notes);
      } else {
        watch.bad(notes, String.valueOf(e.getMessage()));
      }
      return null;
    }
  }

  private void absent(Notes notes) {
    watch.later(notes);
    if (!absenceSaid) {
      absenceSaid = true;
      LOG.debug("off: {} not found", file.path());
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
