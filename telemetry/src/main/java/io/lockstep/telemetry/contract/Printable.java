package io.lockstep.telemetry.contract;

/// Foreign text without what a terminal, a log or a page would take for more than text: control
/// characters, escape sequences such as colours, signs that turn its direction, halves of
/// characters.
public final class Printable {
  private static final int ESCAPE = 0x1b;

  /// Of [ECMA-48](https://ecma-international.org/publications-and-standards/standards/ecma-48/) the
  /// signs that begin a control sequence (5.4) and a control string (5.6): SOS, DCS, OSC, PM, APC,
  /// each also as an escape and the letter that is 0x40 less. A string ends with ST, or, as xterm
  /// has it, with BEL.
  private static final int CSI = 0x9b;

  private static final String STRINGS = "\u0098\u0090\u009d\u009e\u009f";
  private static final int ST = 0x9c;
  private static final int BEL = 0x07;

  /// Longer ones are no string: what wants to hide the rest of a text is text.
  private static final int STRING_MAX = 4096;

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
      if (sign == ESCAPE || sign == CSI || STRINGS.indexOf(sign) >= 0) {
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

  /// Behind a control sequence, as `ESC [ 31 m`, a string, as `ESC ] 0 ; title BEL`, or an escape
  /// sequence, as `ESC ( B`; behind its begin alone where it has no end.
  private static int behindSequence(String text, int at) {
    int sign = text.charAt(at);
    int next = at + 1;
    if (sign == ESCAPE && next < text.length()) {
      int eightBits = text.charAt(next) + 0x40;
      if (eightBits != CSI && STRINGS.indexOf(eightBits) < 0) {
        return behindFinal(text, next, '/', '0');
      }
      sign = eightBits;
      next++;
    }
    return sign == CSI ? behindFinal(text, next, '?', '@') : behindString(text, next);
  }

  /// Behind the sign that ends a sequence, from a first one to `~`.
  ///
  /// @param between the last of the signs that may stand before it, of which a space is the first
  private static int behindFinal(String text, int at, char between, char first) {
    int end = at;
    while (end < text.length() && text.charAt(end) >= ' ' && text.charAt(end) <= between) {
      end++;
    }
    return end < text.length() && text.charAt(end) >= first && text.charAt(end) <= '~'
        ? end + 1
        : at;
  }

  private static int behindString(String text, int at) {
    int most = Math.min(text.length(), at + STRING_MAX);
    for (int end = at; end < most; end++) {
      char sign = text.charAt(end);
      if (sign == BEL || sign == ST) {
        return end + 1;
      } else if (sign == ESCAPE) {
        boolean ends = end + 1 < text.length() && text.charAt(end + 1) == '\\';
        return ends ? end + 2 : at;
      }
    }
    return at;
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
