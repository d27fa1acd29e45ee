package io.lockstep.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// What one process, without those that it started, has cost and holds, as the kernel counts it.
///
/// @param processor time of processors since its start
/// @param residentKib resident memory, KiB: its own and pages of files that it has mapped
/// @param ownKib what of it is its own (anonymous)
record Cost(Duration processor, long residentKib, long ownKib) {

  /// @throws IOException when it has ended
  static Cost of(ProcessHandle process) throws IOException {
    long resident = 0;
    long own = 0;
    for (String line : Files.readAllLines(folder(process).resolve("status"))) {
      if (line.startsWith("VmRSS:")) {
        resident = kib(line);
      } else if (line.startsWith("RssAnon:")) {
        own = kib(line);
      }
    }
    return new Cost(
        process
            .info()
            .totalCpuDuration()
            .orElseThrow(() -> new IOException("process " + process.pid() + " has ended")),
        resident,
        own);
  }

  static Path folder(ProcessHandle process) {
    return Path.of("/proc", String.valueOf(process.pid()));
  }

  private static long kib(String line) {
    return Long.parseLong(line.substring(line.indexOf(':') + 1).replace("kB", "").strip());
  }
}
