package io.lockstep.agent.sample.isolated;

import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where one child after another marks which GPU it asks. Where that can't be written they read as
/// well: only nobody knows then for the sake of which GPU one ended. One thread.
final class Marking {
  private static final Logger LOG = LoggerFactory.getLogger(Marking.class);

  private final @Nullable Path file;
  private @Nullable Path ready;
  private boolean failing;

  /// @param file null for nowhere
  Marking(@Nullable Path file) {
    this.file = file;
  }

  /// Makes it ready for the next child, empty.
  ///
  /// @return where that one marks; null when it can't
  @Nullable Path ready() {
    ready = null;
    if (file == null) {
      return null;
    }
    try {
      MarkFile.empty(file);
      ready = file;
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        failing = true;
        LOG.warn(
            "gpu process goes on without marks: which GPU ends it can't be told error=\"{}\"",
            FileProblem.words(file, e));
      }
    }
    return ready;
  }

  /// What the last child left; nothing when it could not mark.
  MarkFile.Left left() {
    return ready == null ? MarkFile.Left.NOTHING : MarkFile.left(ready);
  }
}
