package io.lockstep.agent.sample.kernel;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One record of the kernel's log
/// ([dev-kmsg](https://www.kernel.org/doc/Documentation/ABI/testing/dev-kmsg)).
///
/// @param sequence rises by one from record to record until the next boot; in a file, the byte at
///   which it begins
/// @param microseconds since the boot; −1 where it does not say
/// @param writtenMillis Unix time at which it was written, at the latest; −1 where only the
///   microseconds tell
/// @param lines its text
record KernelRecord(long sequence, long microseconds, long writtenMillis, List<String> lines) {
  private static final Pattern HEAD =
      Pattern.compile("^[0-9]{1,10},([0-9]{1,19}),([0-9]{1,18}),[^;]{0,64};");

  /// Reads what one read of `/dev/kmsg` gave: the first line is the record, lines behind it that
  /// begin with a space are its dictionary. What can't stand in one line is written as `\xNN`.
  ///
  /// @return null when it is no record
  static @Nullable KernelRecord of(String text) {
    Matcher head = HEAD.matcher(text);
    if (!head.find()) {
      return null;
    }
    int end = text.indexOf('\n');
    String body = text.substring(head.end(), end < 0 ? text.length() : end);
    try {
      return new KernelRecord(
          Long.parseLong(head.group(1)),
          Long.parseLong(head.group(2)),
          -1,
          body.replace("\\x0a", "\n").lines().toList());
    } catch (NumberFormatException _) {
      return null;
    }
  }
}
