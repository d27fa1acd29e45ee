package io.lockstep.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// When this server was started: since then its counters count.
final class Boot {
  private Boot() {}

  /// From the line `btime 1790000000` of `/proc/stat`, Unix nanoseconds; 0 where there is none.
  static long nanos() {
    try {
      return nanos(Files.readAllLines(Path.of("/proc/stat")));
    } catch (IOException _) {
      return 0;
    }
  }

  static long nanos(List<String> lines) {
    for (String line : lines) {
      if (line.matches("btime [0-9]{1,10}")) {
        return Long.parseLong(line.substring("btime ".length())) * 1_000_000_000L;
      }
    }
    return 0;
  }
}
