package io.lockstep.agent.sample.kernel;

import io.lockstep.agent.sample.KeptFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Up to where the log has been told, on disk, so that a restart tells nothing again: the fields of
/// [KernelPlace], parted by tabs. Any thread.
final class KernelPosition {
  private static final Logger LOG = LoggerFactory.getLogger(KernelPosition.class);

  private final KeptFile kept;
  private KernelPlace place = KernelPlace.NONE;
  private boolean written = true;

  /// @param file null to remember nothing beyond this process
  KernelPosition(@Nullable Path file) {
    this.kept =
        new KeptFile(
            file, "position in the kernel's log can't be written, a restart may tell events again");
    if (file != null) {
      read(file);
    }
  }

  private void read(Path from) {
    try {
      String[] fields = Files.readString(from).replace("\n", "").split("\t", -1);
      if (fields.length == 3 && fields[1].matches("-?[0-9]{1,18}")) {
        place = new KernelPlace(fields[0], Long.parseLong(fields[1]), fields[2]);
      }
    } catch (NoSuchFileException _) {
      LOG.debug("the kernel's log was never read before file={}", from);
    } catch (IOException e) {
      LOG.warn(
          "position in the kernel's log can't be read, events may be told again: {}",
          KeptFile.problem(from, e));
    }
  }

  synchronized KernelPlace place() {
    return place;
  }

  /// Writes down that all up to here has been told.
  synchronized void told(KernelPlace next) {
    if (next.equals(place)) {
      return;
    }
    place = next;
    written = false;
    write();
  }

  /// Writes down what could not be written before.
  synchronized void write() {
    if (!written) {
      written = kept.write(place.identity() + "\t" + place.sequence() + "\t" + place.mark() + "\n");
    }
  }
}
