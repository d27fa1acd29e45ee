package io.lockstep.agent.sample.nvml;

import java.time.Duration;

/// How GPUs are read.
///
/// @param interval time between two rounds
/// @param slow time between two rounds of what changes slowly
/// @param hang how long a call may take before the GPU counts as one that does not answer; a server
///   under load may take a second
/// @param library the NVML library: a file, or a name for the system's loader
/// @param expected how many GPUs this server must have; 0 for as many as it ever had
/// @param isolation whether the library is called in the agent's own process (`thread`), or in one
///   that does nothing else (`process`)
/// @param gpm whether to read how busy each part of a GPU is, on Hopper and newer: auto, on, off
public record NvmlConfig(
    Duration interval,
    Duration slow,
    Duration hang,
    String library,
    int expected,
    Isolation isolation,
    Gpm gpm) {
  public static final NvmlConfig DEFAULT =
      new NvmlConfig(
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Nvml.DEFAULT,
          0,
          Isolation.THREAD,
          Gpm.AUTO);

  private static final int EXPECTED_MAX = 64;

  public NvmlConfig {
    if (interval.toMillis() < 100 || interval.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "interval must be 100ms to 1h, is " + interval.toMillis() + "ms");
    }
    if (slow.compareTo(interval) < 0) {
      throw new IllegalArgumentException("slow must not be below interval");
    }
    if (hang.toMillis() < 100 || hang.compareTo(Duration.ofMinutes(5)) > 0) {
      throw new IllegalArgumentException("hang must be 100ms to 5m, is " + hang.toMillis() + "ms");
    }
    if (library.isBlank()) {
      throw new IllegalArgumentException("library must name a file, as " + Nvml.DEFAULT);
    }
    if (expected < 0 || expected > EXPECTED_MAX) {
      throw new IllegalArgumentException("expected must be 0 to " + EXPECTED_MAX);
    }
  }

  /// The same where at least so many GPUs must be there.
  public NvmlConfig withExpected(int count) {
    return count <= expected
        ? this
        : new NvmlConfig(interval, slow, hang, library, count, isolation, gpm);
  }

  /// The same with another library.
  public NvmlConfig withLibrary(String file) {
    return new NvmlConfig(interval, slow, hang, file, expected, isolation, gpm);
  }

  /// The same at other times, for so many GPUs.
  public NvmlConfig withTimes(Duration every, Duration slowly, Duration patience, int gpus) {
    return new NvmlConfig(every, slowly, patience, library, gpus, isolation, gpm);
  }

  /// The same with another word on GPUs' activity.
  public NvmlConfig withGpm(Gpm other) {
    return new NvmlConfig(interval, slow, hang, library, expected, isolation, other);
  }

  /// The same in the agent's own process.
  public NvmlConfig inThread() {
    return new NvmlConfig(interval, slow, hang, library, expected, Isolation.THREAD, gpm);
  }

  /// Where the library is called.
  public enum Isolation {
    /// In the agent's process.
    THREAD,
    /// In a process that does nothing else: what crashes there does not end the agent.
    PROCESS
  }
}
