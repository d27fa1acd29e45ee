package io.lockstep.telemetry.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An amount of bytes, written `64MiB`. Only binary units, so that nobody has to guess.
///
/// @param bytes not negative
public record ByteSize(long bytes) {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,18})(B|KiB|MiB|GiB|TiB)");
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size must not be negative, is " + bytes);
    }
  }

  /// So many mebibytes.
  public static ByteSize ofMebibytes(long mebibytes) {
    return new ByteSize(Math.multiplyExact(mebibytes, 1L << 20));
  }

  /// Reads `512B`, `64KiB`, `64MiB`, `1GiB` or `2TiB`.
  ///
  /// @throws IllegalArgumentException when it has another form
  public static ByteSize parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("a size is written as 64MiB, is \"" + text + "\"");
    }
    try {
      long factor = 1L << (10 * unit(matcher.group(2)));
      return new ByteSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), factor));
    } catch (ArithmeticException _) {
      throw new IllegalArgumentException("a size must be below 8388608TiB, is \"" + text + "\"");
    }
  }

  private static int unit(String name) {
    int unit = 0;
    while (!UNITS[unit].equals(name)) {
      unit++;
    }
    return unit;
  }

  /// The bytes as an array's or buffer's length.
  ///
  /// @throws ArithmeticException when they are 2 GiB or more
  public int toInt() {
    return Math.toIntExact(bytes);
  }

  /// In the largest unit that loses nothing.
  @Override
  public String toString() {
    int unit = 0;
    long rest = bytes;
    while (rest != 0 && rest % 1024 == 0 && unit < UNITS.length - 1) {
      rest /= 1024;
      unit++;
    }
    return rest + UNITS[unit];
  }
}
