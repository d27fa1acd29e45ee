package io.lockstep.agent.sample.kernel;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;

/// The clock by which the kernel stamps its log: `CLOCK_MONOTONIC`, which stands still in suspend.
final class Uptime {
  private static final int CLOCK_MONOTONIC = 1;

  private Uptime() {}

  /// Nanoseconds since the boot; −1 when the kernel can't be asked.
  static long nanos() {
    try (var time = new Memory(16)) {
      Function clock = NativeLibrary.getInstance("c").getFunction("clock_gettime");
      int failed = clock.invokeInt(new Object[] {CLOCK_MONOTONIC, time});
      return failed != 0 ? -1 : time.getLong(0) * 1_000_000_000L + time.getLong(8);
    } catch (UnsatisfiedLinkError _) {
      return -1;
    }
  }
}
