package io.lockstep.agent.sample;

/// Foreign text between the quotes of a log line: a file's contents or a device's name may hold
/// anything.
public final class Quoted {
  private static final int LENGTH_MAX = 300;

  private Quoted() {}

  /// Without control characters; quotes and backslashes escaped; cut when long.
  public static String of(String text) {
    var quoted = new StringBuilder();
    text.codePoints().limit(LENGTH_MAX).forEach(sign -> add(quoted, sign));
    return quoted + (text.codePointCount(0, text.length()) > LENGTH_MAX ? "…" : "");
  }

  private static void add(StringBuilder quoted, int sign) {
    if (sign == '"' || sign == '\\') {
      quoted.append('\\').appendCodePoint(sign);
    } else if (Character.isISOControl(sign) || Character.getType(sign) == Character.FORMAT) {
      quoted.append(String.format(java.util.Locale.ROOT, "\\u%04x", sign));
    } else {
      quoted.appendCodePoint(sign);
    }
  }
}
