package io.lockstep.agent.sample.kernel;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/// Where records come from. One thread reads; another may close.
interface KernelSource extends Closeable {
  /// Opens a log at its begin.
  ///
  /// @throws IOException when it can't be read
  static KernelSource open(Path file) throws IOException {
    var attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (attributes.isDirectory()) {
      throw new IOException("is a folder");
    }
    return attributes.isRegularFile() ? FileSource.open(file, attributes) : DeviceSource.open(file);
  }

  /// What tells this log from the one of another boot, or another file of the same name.
  String identity();

  /// The next record; waits for it.
  ///
  /// @return null when something came that is no record
  /// @throws IOException when nothing more can be read
  @Nullable KernelRecord next() throws IOException, InterruptedException;

  /// Whether the log was emptied under the reader, so that its sequence begins anew.
  boolean begunAnew();

  /// Records that were overwritten before they could be read.
  long lost();
}
