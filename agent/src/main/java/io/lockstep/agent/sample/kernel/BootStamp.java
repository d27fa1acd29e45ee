package io.lockstep.agent.sample.kernel;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The time since the boot that the kernel put before a line: `/dev/kmsg`'s `6,1,12500000,-;`,
/// `dmesg`'s `[ 12.5]`.
final class BootStamp {
  private static final Pattern DMESG =
      Pattern.compile(
          "^(?:<[0-9]{1,3}>)?(?:[a-z]+ *:[a-z]+ *: )?\\[ *([0-9]{1,9})\\.([0-9]{1,6})]");
  private static final long MICROS = 1_000_000;

  private BootStamp() {}

  /// Microseconds since the boot; −1 where the line does not say.
  static long micros(String line) {
    KernelRecord record = KernelRecord.of(line);
    if (record != null) {
      return record.microseconds();
    }
    Matcher stamp = DMESG.matcher(line);
    if (!stamp.find()) {
      return -1;
    }
    long fraction = Long.parseLong((stamp.group(2) + "00000").substring(0, 6));
    return Long.parseLong(stamp.group(1)) * MICROS + fraction;
  }
}
