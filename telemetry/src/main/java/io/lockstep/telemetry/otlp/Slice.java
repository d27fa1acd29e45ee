package io.lockstep.telemetry.otlp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Some bytes of a message, looked at where they lie: a text that is compared without being made.
/// One slice is pointed at one place after another.
public final class Slice {
  private final byte[] bytes;
  private int start;
  private int end;

  Slice(byte[] bytes) {
    this.bytes = bytes;
  }

  void set(int start, int end) {
    this.start = start;
    this.end = end;
  }

  /// A look at the same bytes, nothing yet.
  public Slice another() {
    return new Slice(bytes);
  }

  /// Makes it look at nothing.
  public void clear() {
    end = start;
  }

  /// Makes it look at what the other looks at, in the same message.
  public void set(Slice other) {
    start = other.start;
    end = other.end;
  }

  /// Length in bytes.
  public int length() {
    return end - start;
  }

  /// Whether it is this text's UTF-8.
  public boolean is(byte[] utf8) {
    return Arrays.equals(bytes, start, end, utf8, 0, utf8.length);
  }

  /// A hash of the bytes; [#hash(byte[])] gives the same for the same bytes.
  public int hash() {
    return hash(bytes, start, end);
  }

  public static int hash(byte[] utf8) {
    return hash(utf8, 0, utf8.length);
  }

  /// Eight bytes at a time would be faster for long texts; names and ids are short.
  private static int hash(byte[] bytes, int start, int end) {
    int hash = end - start;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + bytes[i];
    }
    return hash ^ (hash >>> 15);
  }

  /// A copy of the bytes.
  public byte[] copy() {
    return Arrays.copyOfRange(bytes, start, end);
  }

  /// The bytes as text; those that are not UTF-8 become replacement characters.
  public String text() {
    return new String(bytes, start, end - start, StandardCharsets.UTF_8);
  }
}
