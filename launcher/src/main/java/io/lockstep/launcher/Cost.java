package io.lockstep.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What one process, without those that it started, has cost and holds. What is not known is NaN.
///
/// @param processor time of processors since its start, seconds
/// @param resident memory, MiB: its own and pages of files that it has mapped
/// @param own what of it is its own (anonymous), MiB
record Cost(double processor, double resident, double own) {
  static final Cost UNKNOWN = new Cost(Double.NaN, Double.NaN, Double.NaN);

  /// As the kernel counts it.
  ///
  /// @throws IOException when it has ended
  static Cost of(ProcessHandle process) throws IOException {
    double resident = 0;
    double own = 0;
    for (String line : Files.readAllLines(folder(process).resolve("status"))) {
      if (line.startsWith("VmRSS:")) {
        resident = mebibytes(line);
      } else if (line.startsWith("RssAnon:")) {
        own = mebibytes(line);
      }
    }
    var processor = process.info().totalCpuDuration();
    if (processor.isEmpty()) {
      throw new IOException("process " + process.pid() + " has ended");
    }
    return new Cost(processor.get().toNanos() / 1e9, resident, own);
  }

  /// As the process itself says.
  ///
  /// @param processor name of its processor time, seconds
  /// @param resident name of its resident memory, bytes
  static Cost told(SelfMetrics metrics, String processor, String resident) {
    return new Cost(metrics.known(processor), metrics.known(resident) / (1 << 20), Double.NaN);
  }

  static Path folder(ProcessHandle process) {
    return Path.of("/proc", String.valueOf(process.pid()));
  }

  private static double mebibytes(String line) {
    String kib = line.substring(line.indexOf(':') + 1).replace("kB", "").strip();
    return Long.parseLong(kib) / 1024.0;
  }
}
