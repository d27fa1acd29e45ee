package io.lockstep.telemetry.kernel;

import java.util.List;
import java.util.regex.Matcher;
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

  private static final String DATE =
      "(?:(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}[0-9]{1,2} [0-9:.]{8,15}"
          + "|(?:[A-Z][a-z]{2} )?[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]{8,18}"
          + "(?:Z|[+-][0-9:]{4,6}| [A-Z]{2,5})?"
          + "|[0-9]{10}\\.[0-9]{3,9})";
  private static final String NAME = "([A-Za-z][A-Za-z0-9_./@-]{0,63})";

  /// Who wrote a line, where syslog (RFC 3164, then RFC 5424) or the journal says it, or a program
  /// whose line came without a date, with its number of a process.
  private static final List<Pattern> WRITERS =
      List.of(
          Pattern.compile(
              "^(?:<[0-9]{1,3}>)?" + DATE + " \\S{1,255} " + NAME + "(?:\\[[0-9]+])?: "),
          Pattern.compile("^<[0-9]{1,3}>1 " + DATE + " \\S{1,255} " + NAME + " "),
          Pattern.compile("^(?:\\[ *[0-9.]{1,20}] )?" + NAME + "\\[[0-9]+]: (?!segfault at )"));

  /// The kernel, and words that it begins lines with itself.
  private static final Pattern KERNEL =
      Pattern.compile("kernel|klogd|NVRM|nvidia.*|AER|BUG|EDAC|INFO|mce|watchdog");

  /// Colours, as of `dmesg --color=always`.
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]{0,20}m");

  private Prefix() {}

  /// Without colours and the white space around it.
  static String plain(String line) {
    return (line.indexOf('\u001b') < 0 ? line : COLOUR.matcher(line).replaceAll("")).strip();
  }

  /// Whether another program than the kernel wrote a line, which may well quote the kernel.
  static boolean ofAnother(String line) {
    for (Pattern pattern : WRITERS) {
      Matcher writer = pattern.matcher(line);
      if (writer.find()) {
        return !KERNEL.matcher(writer.group(1)).matches();
      }
    }
    return false;
  }

  static String strip(String line) {
    String rest = line;
    for (Pattern prefix : new Pattern[] {KMSG, LEVEL, TIME, SYSLOG}) {
      rest = prefix.matcher(rest).replaceFirst("");
    }
    return rest;
  }
}
