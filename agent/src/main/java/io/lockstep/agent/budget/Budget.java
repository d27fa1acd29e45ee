package io.lockstep.agent.budget;

import io.lockstep.telemetry.config.ByteSize;
import java.time.Duration;
import java.util.Locale;

/// What the agent may cost its server.
///
/// @param cpu share of one processor, mean over the patience: 0.05 is a twentieth of a core
/// @param memory resident
/// @param handles open file descriptors
/// @param disk bytes per second that are written to disks, mean over the patience
/// @param patience over which it is measured, before something is given up; from two minutes after
///   a start, or after a reload, on
public record Budget(double cpu, ByteSize memory, int handles, ByteSize disk, Duration patience) {
  public static final Budget DEFAULT =
      new Budget(
          0.05, ByteSize.ofMebibytes(192), 2_048, new ByteSize(512 << 10), Duration.ofSeconds(30));

  public Budget {
    if (!(cpu > 0.001 && cpu <= 64)) {
      throw new IllegalArgumentException("cpu must be above 0.001 and at most 64, is " + cpu);
    }
    if (memory.bytes() < 32 << 20) {
      throw new IllegalArgumentException("memory must be at least 32MiB, is " + memory);
    }
    if (handles < 64) {
      throw new IllegalArgumentException("handles must be at least 64, are " + handles);
    }
    if (disk.bytes() < 1 << 10) {
      throw new IllegalArgumentException("disk must be at least 1KiB, is " + disk);
    }
    if (patience.compareTo(Duration.ofSeconds(10)) < 0
        || patience.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "patience must be 10s to 1h, is " + patience.toMillis() + "ms");
    }
  }

  /// How a cost compares with the budget.
  ///
  /// @param worst the largest part of its limit that any of them takes; 1 is all of it
  /// @param cpu whether it is the processor time
  /// @param words what it is, for people
  record Use(double worst, boolean cpu, String words) {}

  /// Compares.
  ///
  /// @param before at the begin of the time that counts
  /// @param nanos between the two
  Use use(Cost before, Cost now, long nanos) {
    double seconds = nanos / 1e9;
    double share = known(now.cpuNanos(), before.cpuNanos()) / 1e9 / seconds;
    double written = known(now.writtenBytes(), before.writtenBytes()) / seconds;
    double resident = (double) now.residentBytes();
    Use use = new Use(share / cpu, true, words("cpu", share, cpu, 1));
    use = worse(use, written, words("disk", written, limit(disk), 1 << 10), limit(disk));
    use = worse(use, resident, words("memory", resident, limit(memory), 1 << 20), limit(memory));
    double open = (double) now.handles();
    return worse(use, open, words("handles", open, handles, 1), handles);
  }

  private static double limit(ByteSize size) {
    return (double) size.bytes();
  }

  /// Negative when one of them is unknown: then nothing is used.
  private static double known(long now, long before) {
    return now < 0 || before < 0 ? -1 : now - before;
  }

  private static Use worse(Use one, double is, String words, double limit) {
    return is / limit > one.worst() ? new Use(is / limit, false, words) : one;
  }

  private static String words(String key, double is, double limit, double unit) {
    return String.format(
        Locale.ROOT,
        switch (key) {
          case "cpu" -> "budget.%s is %.3f of a core, the agent costs %.3f";
          case "memory" -> "budget.%s is %.0f MiB, the agent takes %.0f";
          case "disk" -> "budget.%s is %.0f KiB a second, the agent writes %.0f";
          default -> "budget.%s is %.0f, the agent has %.0f open";
        },
        key,
        limit / unit,
        is / unit);
  }
}
