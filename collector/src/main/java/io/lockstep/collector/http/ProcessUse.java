package io.lockstep.collector.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What a process of this machine uses; empty where it has ended, or the system does not say.
///
/// @param processorSeconds since its start
/// @param residentBytes memory, mapped files included
public record ProcessUse(OptionalDouble processorSeconds, OptionalLong residentBytes) {
  private static final String RESIDENT = "VmRSS:";

  public static ProcessUse of(ProcessHandle process) {
    var processor = process.info().totalCpuDuration();
    return new ProcessUse(
        processor.isPresent()
            ? OptionalDouble.of(processor.get().toNanos() / 1e9)
            : OptionalDouble.empty(),
        resident(process.pid()));
  }

  /// From `/proc/PID/status`
  /// ([proc_pid_status(5)](https://man7.org/linux/man-pages/man5/proc_pid_status.5.html)), KiB.
  private static OptionalLong resident(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
        if (line.startsWith(RESIDENT)) {
          String kib = line.substring(RESIDENT.length()).replace("kB", "").strip();
          return OptionalLong.of(Long.parseLong(kib) << 10);
        }
      }
    } catch (IOException _) {
      // It has ended, or this is no Linux.
    }
    return OptionalLong.empty();
  }
}
