package io.lockstep.agent.judge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Which boot of this server this is.
final class BootId {
  private static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");

  private static final String NOW = read();

  private BootId() {}

  /// As the kernel says it; `unknown` where it does not.
  static String now() {
    return NOW;
  }

  private static String read() {
    try {
      return Files.readString(FILE).strip();
    } catch (IOException _) {
      return "unknown";
    }
  }
}
