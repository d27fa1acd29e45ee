package io.lockstep.agent.sample.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Up to where the log has been told, on disk, so that a restart tells nothing again: the log's
/// identity and a sequence number, parted by a tab. One thread.
final class KernelPosition {
  private static final Logger LOG = LoggerFactory.getLogger(KernelPosition.class);

  private final @Nullable Path file;
  private String identity = "";
  private long sequence = -1;
  private boolean written = true;
  private boolean failing;

  /// @param file null to remember nothing
  KernelPosition(@Nullable Path file) {
    this.file = file;
    read();
  }

  private void read() {
    if (file == null) {
      return;
    }
    try {
      String[] fields = Files.readString(file).strip().split("\t", -1);
      if (fields.length == 2 && fields[1].matches("-?[0-9]{1,18}")) {
        identity = fields[0];
        sequence = Long.parseLong(fields[1]);
      }
    } catch (NoSuchFileException _) {
      LOG.debug("the kernel's log was never read before file={}", file);
    } catch (IOException e) {
      LOG.warn("position in the kernel's log can't be read file={} error={}", file, e.toString());
    }
  }

  /// Whether a record has not been told yet.
  boolean isNew(String log, long number) {
    return !log.equals(identity) || number > sequence;
  }

  /// Notes that all up to a record has been told.
  void told(String log, long number) {
    identity = log;
    sequence = number;
    written = false;
  }

  /// Writes it down where it has moved.
  void write() {
    if (file == null || written) {
      return;
    }
    try {
      Path next = file.resolveSibling(file.getFileName() + ".next");
      Files.writeString(next, identity + "\t" + sequence + "\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      written = true;
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        failing = true;
        LOG.warn(
            "position in the kernel's log can't be written, a restart may tell events again"
                + " file={} error={}",
            file,
            e.toString());
      }
    }
  }
}
