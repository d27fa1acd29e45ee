package io.lockstep.telemetry.kernel;

import java.util.regex.Pattern;

/// What log writers put before the kernel's own words.
final class Prefix {
  /// `/dev/kmsg`: priority, sequence, microseconds, flags.
  private static final Pattern KMSG = Pattern.compile("^[0-9]+,[0-9]+,[0-9]+,[^;]*;");

  /// `dmesg -x`: facility and level.
  private static final Pattern LEVEL = Pattern.compile("^[a-z]+ *:[a-z]+ *: ");

  /// `dmesg`: seconds since the boot, or `-T`: a date; and the journal's and syslog's `kernel: `.
  private static final Pattern TIME =
      Pattern.compile(
          "^(?:<[0-9]{1,3}>)?(?:\\[(?!Hardware Error)[^\\]]{1,40}] *|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.,+Z-]+ )");

  private static final Pattern SYSLOG =
      Pattern.compile("^.{0,100}?\\bkernel(?:\\[[0-9]*])?: (?:\\[ *[0-9.]+] )?");

  /// Colours, as of `dmesg --color=always`.
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]{0,20}m");

  private Prefix() {}

  static String strip(String line) {
    String rest = line.indexOf('\u001b') < 0 ? line : COLOUR.matcher(line).replaceAll("");
    rest = rest.strip();
    for (Pattern prefix : new Pattern[] {KMSG, LEVEL, TIME, SYSLOG}) {
      rest = prefix.matcher(rest).replaceFirst("");
    }
    return rest;
  }
}
