package io.lockstep.agent.sample.kernel;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// Where records come from. One thread reads; another may close.
interface KernelSource extends Closeable {
  /// Opens a log behind what was told of it; at its begin where it is another log.
  ///
  /// @throws IOException when it can't be read
  static KernelSource open(Path file, KernelPlace told, InstantSource clock) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("is a folder");
    }
    return Files.isRegularFile(file)
        ? FileSource.open(file, told, clock)
        : DeviceSource.open(file, told);
  }

  /// The next record; waits for it.
  ///
  /// @return null when something came that is no record, or is known
  /// @throws IOException when nothing more can be read
  @Nullable KernelRecord next() throws IOException, InterruptedException;

  /// Behind the record that was read last.
  KernelPlace place() throws IOException;

  /// How old an event of the record that was read last may be that is told; what is older is no
  /// news to anybody, and collectors refuse it.
  default Duration news() {
    return Duration.ofDays(7);
  }

  /// Records that were overwritten before they could be read.
  long lost();
}
