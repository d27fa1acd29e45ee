package io.lockstep.agent.budget;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Reads what a process of the agent's costs from its folder in `/proc`
/// ([proc(5)](https://man7.org/linux/man-pages/man5/proc.5.html)). What takes the kernel long, all
/// mappings and all descriptors, is read once a minute and remembered. Any thread.
public final class OwnProcess {
  private static final long SLOW_NANOS = 60_000_000_000L;

  private final Path folder;
  private final long pid;
  private long slowAt;
  private boolean slowRead;
  private long proportional = -1;
  private long handles = -1;

  public OwnProcess() {
    this(Path.of("/proc/self"), ProcessHandle.current().pid());
  }

  /// @param folder a process's in `/proc`
  /// @param pid its number
  OwnProcess(Path folder, long pid) {
    this.folder = folder;
    this.pid = pid;
  }

  /// Its cost now.
  ///
  /// @param nanoTime monotonic
  public synchronized Cost read(long nanoTime) {
    if (!slowRead || nanoTime - slowAt >= SLOW_NANOS) {
      slowRead = true;
      slowAt = nanoTime;
      proportional = bytes(text("smaps_rollup"), "\nPss:");
      handles = entries();
    }
    String status = text("status");
    long cpu =
        ProcessHandle.of(pid)
            .flatMap(process -> process.info().totalCpuDuration())
            .map(Duration::toNanos)
            .orElse(-1L);
    return new Cost(
        cpu,
        bytes(status, "\nVmRSS:"),
        proportional,
        number(status, "\nThreads:"),
        handles,
        number("\n" + text("io"), "\nwrite_bytes:"));
  }

  /// Empty when it can't be read: what it says is unknown then.
  private String text(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException _) {
      return "";
    }
  }

  private long entries() {
    String[] names = folder.resolve("fd").toFile().list();
    return names == null ? -1 : names.length;
  }

  private static long bytes(String text, String key) {
    long kibibytes = number(text, key);
    return kibibytes < 0 ? -1 : 1024 * kibibytes;
  }

  /// The whole number behind a key; −1 when there is none.
  static long number(String text, String key) {
    int at = text.indexOf(key);
    if (at < 0) {
      return -1;
    }
    at += key.length();
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
    int end = at;
    while (end < text.length() && end - at < 18 && Character.isDigit(text.charAt(end))) {
      end++;
    }
    return end == at ? -1 : Long.parseLong(text.substring(at, end));
  }
}
