package io.lockstep.telemetry.contract;

/// Foreign text without what a terminal, a log or a page would take for more than text: control
/// characters, escape sequences such as colours, signs that turn its direction, halves of
/// characters.
public final class Printable {
  private static final int ESCAPE = 0x1b;

  /// [ECMA-48](https://ecma-international.org/publications-and-standards/standards/ecma-48/) 5.4: a
  /// control sequence ends with one of `@` to `~`.
  private static final int CSI = 0x9b;

  private Printable() {}

  /// Whether it holds nothing of that, nor a line's end or a tab: so it may name something.
  public static boolean is(String text) {
    return text.codePoints().allMatch(Printable::shows);
  }

  /// In one line.
  ///
  /// @param lengthMax in characters as Unicode counts them
  public static String line(String text, int lengthMax) {
    return clean(text, lengthMax, false).strip();
  }

  /// In as many lines as it has, with its tabs.
  ///
  /// @param lengthMax in characters as Unicode counts them
  public static String lines(String text, int lengthMax) {
    return isShortAscii(text, lengthMax) ? text : clean(text, lengthMax, true);
  }

  private static boolean isShortAscii(String text, int lengthMax) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        return false;
      }
    }
    return text.length() <= lengthMax;
  }

  private static String clean(String text, int lengthMax, boolean lines) {
    var clean = new StringBuilder();
    int at = 0;
    for (int taken = 0; at < text.length() && taken < lengthMax; ) {
      int sign = text.codePointAt(at);
      if (sign == ESCAPE || sign == CSI) {
        at = behindSequence(text, at);
        continue;
      }
      at += Character.charCount(sign);
      boolean white = sign == '\n' || sign == '\t';
      if (white || shows(sign)) {
        clean.appendCodePoint(white && !lines ? ' ' : sign);
        taken++;
      }
    }
    return clean.toString();
  }

  /// Behind a control sequence, as `ESC [ 31 m`; behind the escape alone where it begins none.
  private static int behindSequence(String text, int at) {
    int next = at + 1;
    if (text.charAt(at) == ESCAPE) {
      if (next >= text.length() || text.charAt(next) != '[') {
        return next;
      }
      next++;
    }
    int end = next;
    while (end < text.length() && text.charAt(end) >= ' ' && text.charAt(end) <= '?') {
      end++;
    }
    return end < text.length() && text.charAt(end) >= '@' && text.charAt(end) <= '~'
        ? end + 1
        : next;
  }

  private static boolean shows(int sign) {
    int type = Character.getType(sign);
    return !Character.isISOControl(sign)
        && type != Character.FORMAT
        && type != Character.SURROGATE
        && type != Character.LINE_SEPARATOR
        && type != Character.PARAGRAPH_SEPARATOR;
  }
}
