package io.lockstep.agent.sample;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A small text file as its bytes, with a place in it: how the kernel's files are read without an
/// object per word. One is used again for file after file; one thread.
final class Text {
  /// More than the largest file that is read here (`/proc/stat` of a server with 512 processors).
  static final int BYTES_MAX = 1 << 20;

  private static final int BYTES_FIRST = 8192;

  private byte[] bytes = new byte[BYTES_FIRST];

  /// Where the kernel writes to: what is read into a byte array goes through such a buffer anyway.
  private ByteBuffer direct = ByteBuffer.allocateDirect(BYTES_FIRST);

  private int end;
  private int lineEnd;
  private int at;
  private volatile @Nullable Path source;

  /// Says what is read next, for whoever asks why that takes so long.
  void from(Path file) {
    source = file;
  }

  /// The file that is being read, or was last; null before the first. Any thread.
  @Nullable Path source() {
    return source;
  }

  /// Takes the whole file, read from its begin; places itself at its begin.
  ///
  /// @param atOnce whether one read gives all of it, as of the attributes of sysfs: a second, which
  ///   would find the end, costs as much as the first
  /// @throws IOException when it can't be read or is larger than [#BYTES_MAX]
  void fill(FileChannel file, boolean atOnce) throws IOException {
    end = 0;
    rewind();
    int count;
    do {
      if (end == bytes.length) {
        grow();
      }
      direct.limit(bytes.length - end).position(0);
      count = file.read(direct, end);
      direct.flip();
      direct.get(bytes, end, direct.limit());
      end += direct.limit();
    } while (count > 0 && !(atOnce && end < bytes.length));
    rewind();
  }

  private void grow() throws IOException {
    if (bytes.length >= BYTES_MAX) {
      throw new IOException("larger than " + BYTES_MAX + " bytes");
    }
    bytes = Arrays.copyOf(bytes, 4 * bytes.length);
    direct = ByteBuffer.allocateDirect(bytes.length);
  }

  private void rewind() {
    at = 0;
    lineEnd = -1;
  }

  /// Goes to the begin of the next line; of the first line, the first time.
  ///
  /// @return false when there is none
  boolean line() {
    at = lineEnd + 1;
    lineEnd = at;
    while (lineEnd < end && bytes[lineEnd] != '\n') {
      lineEnd++;
    }
    return at < end;
  }

  /// Goes behind this word, if the rest of the line begins with it.
  ///
  /// @param word ASCII
  boolean skip(String word) {
    int length = word.length();
    if (lineEnd - at < length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (bytes[at + i] != word.charAt(i)) {
        return false;
      }
    }
    at += length;
    return true;
  }

  /// Whether the line has another word.
  boolean more() {
    while (at < lineEnd && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r')) {
      at++;
    }
    return at < lineEnd;
  }

  /// The next word of the line, up to a blank; empty when there is none.
  String word() {
    more();
    int begin = at;
    while (at < lineEnd && bytes[at] != ' ' && bytes[at] != '\t') {
      at++;
    }
    return new String(bytes, begin, at - begin, StandardCharsets.UTF_8);
  }

  /// What stands before the next `end` of the line, without blanks before it; goes behind that
  /// `end`. Empty when there is none.
  String until(char end) {
    more();
    for (int i = at; i < lineEnd; i++) {
      if (bytes[i] == end) {
        var before = new String(bytes, at, i - at, StandardCharsets.UTF_8);
        at = i + 1;
        return before;
      }
    }
    return "";
  }

  /// What stands before the last `end` of the line; goes behind that `end`. Empty when there is
  /// none.
  String untilLast(char end) {
    for (int i = lineEnd - 1; i >= at; i--) {
      if (bytes[i] == end) {
        var before = new String(bytes, at, i - at, StandardCharsets.UTF_8);
        at = i + 1;
        return before;
      }
    }
    return "";
  }

  /// What is left of the line, without blanks around it.
  String rest() {
    var rest = new String(bytes, at, lineEnd - at, StandardCharsets.UTF_8).strip();
    at = lineEnd;
    return rest;
  }

  /// The whole number that stands next, not negative; ends at the first character that is no digit.
  ///
  /// @throws IOException when there is none, or it is larger than 63 bits
  long number() throws IOException {
    more();
    int begin = at;
    long value = 0;
    while (at < lineEnd && bytes[at] >= '0' && bytes[at] <= '9') {
      int digit = bytes[at] - '0';
      if (value > (Long.MAX_VALUE - digit) / 10) {
        at = begin;
        throw new IOException("a number beyond 63 bits: " + word());
      }
      value = 10 * value + digit;
      at++;
    }
    if (at == begin) {
      throw new IOException("no number: \"" + shortened(rest()) + "\"");
    }
    return value;
  }

  /// The whole number that stands next, which may be below zero.
  ///
  /// @throws IOException when there is none
  long signed() throws IOException {
    more();
    boolean negative = at < lineEnd && bytes[at] == '-';
    at += negative ? 1 : 0;
    return negative ? -number() : number();
  }

  /// The hexadecimal number of at most 15 digits that stands next, as in `00358fe3`.
  ///
  /// @throws IOException when there is none
  long hexadecimal() throws IOException {
    more();
    int begin = at;
    long value = 0;
    while (at < lineEnd && at - begin < 15 && Character.digit(bytes[at], 16) >= 0) {
      value = 16 * value + Character.digit(bytes[at], 16);
      at++;
    }
    if (at == begin) {
      throw new IOException("no hexadecimal number: \"" + shortened(rest()) + "\"");
    }
    return value;
  }

  /// The decimal number that stands next, not negative, as in `0.25`.
  ///
  /// @throws IOException when there is none
  double decimal() throws IOException {
    double value = number();
    if (at < lineEnd && bytes[at] == '.') {
      at++;
      int begin = at;
      long fraction = number();
      value += fraction / Math.pow(10, at - begin);
    }
    return value;
  }

  /// The whole numbers that stand next in the line, as many as there are and fit.
  ///
  /// @param into in their order
  /// @return how many there were
  int numbers(long[] into) throws IOException {
    int count = 0;
    while (count < into.length && more()) {
      into[count] = number();
      count++;
    }
    return count;
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
