package io.lockstep.telemetry.otlp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Walks the fields of one protobuf message inside a byte array, without copying it. Whatever the
/// bytes say, it stays inside its bounds, always moves forward, and ends in [OtlpException] when
/// they are no message.
///
/// ```
/// var cursor = new ProtoCursor(bytes);
/// while (cursor.next()) {
///   switch (cursor.field()) {
///     case 1 -> name = cursor.text();
///     case 2 -> child(cursor.message());
///     default -> cursor.skip();
///   }
/// }
/// ```
public final class ProtoCursor {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int GROUP = 3;
  private static final int GROUP_END = 4;
  private static final int FIXED32 = 5;
  private static final int DEPTH_MAX = 64;

  private final byte[] bytes;
  private int end;
  private int depth;
  private int at;
  private int field;
  private int type;

  public ProtoCursor(byte[] bytes) {
    this(bytes, 0, bytes.length, 0);
  }

  private ProtoCursor(byte[] bytes, int start, int end, int depth) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.depth = depth;
  }

  /// A second walk over the rest of this message.
  public ProtoCursor copy() {
    return new ProtoCursor(bytes, at, end, depth);
  }

  /// The same, walked by a cursor over the same bytes that has nothing else to do any more.
  public void copy(ProtoCursor reused) {
    reused.at = at;
    reused.end = end;
    reused.depth = depth;
  }

  /// A look at these bytes, nothing yet.
  public Slice newSlice() {
    return new Slice(bytes);
  }

  /// Goes to the next field.
  ///
  /// @return false at the end of the message
  public boolean next() throws OtlpException {
    if (at >= end) {
      return false;
    }
    long tag = varint();
    type = (int) (tag & 7);
    long number = tag >>> 3;
    if (number == 0 || number > 536_870_911L) {
      throw new OtlpException("field number " + number + " at byte " + at + " is none");
    }
    field = (int) number;
    return true;
  }

  /// Number of the present field.
  public int field() {
    return field;
  }

  /// Where the content of the present field begins among the bytes, until it is read.
  int place() {
    return at;
  }

  /// Whether the present field has its bytes counted: text, bytes, a message or packed numbers.
  public boolean isCounted() {
    return type == BYTES;
  }

  /// The present field as a whole number, from a varint or a fixed-length one.
  public long number() throws OtlpException {
    return switch (type) {
      case VARINT -> varint();
      case FIXED64 -> fixed64();
      case FIXED32 -> fixed32();
      default -> throw wrongType("a number");
    };
  }

  /// The present field as a double.
  public double real() throws OtlpException {
    return switch (type) {
      case FIXED64 -> Double.longBitsToDouble(fixed64());
      case FIXED32 -> Float.intBitsToFloat(fixed32());
      default -> throw wrongType("a double");
    };
  }

  /// The present field as text. Bytes that are not UTF-8 become replacement characters.
  public String text() throws OtlpException {
    int length = length();
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  /// The present field's bytes, copied.
  public byte[] bytes() throws OtlpException {
    int length = length();
    byte[] copy = Arrays.copyOfRange(bytes, at, at + length);
    at += length;
    return copy;
  }

  /// The present field as a message of its own.
  public ProtoCursor message() throws OtlpException {
    var message = new ProtoCursor(bytes, at, at, depth);
    message(message);
    return message;
  }

  /// The same, walked by a cursor over the same bytes that has nothing else to do any more.
  public void message(ProtoCursor reused) throws OtlpException {
    int length = length();
    if (depth >= DEPTH_MAX) {
      throw new OtlpException("nested deeper than " + DEPTH_MAX + " at byte " + at);
    }
    reused.at = at;
    reused.end = at + length;
    reused.depth = depth + 1;
    at += length;
  }

  /// The present field's bytes where they lie, looked at by a slice over the same bytes.
  public void slice(Slice reused) throws OtlpException {
    int length = length();
    reused.set(at, at + length);
    at += length;
  }

  /// Whether a list of packed numbers, entered as a message, goes on.
  public boolean more() {
    return at < end;
  }

  /// The next of a list of packed varints, entered as a message.
  public long packedVarint() throws OtlpException {
    return varint();
  }

  /// The next of a list of packed fixed-length 64-bit numbers, entered as a message.
  public long packedFixed64() throws OtlpException {
    return fixed64();
  }

  /// Passes over the present field, whatever it is.
  public void skip() throws OtlpException {
    switch (type) {
      case VARINT -> varint();
      case FIXED64 -> fixed64();
      case BYTES -> {
        int length = length(); // before `at` is read: it moves it
        at += length;
      }
      case GROUP -> skipGroup(field, depth);
      case FIXED32 -> fixed32();
      default -> throw wrongType("a field");
    }
  }

  private void skipGroup(int group, int level) throws OtlpException {
    if (level >= DEPTH_MAX) {
      throw new OtlpException("nested deeper than " + DEPTH_MAX + " at byte " + at);
    }
    while (next()) {
      if (type == GROUP_END) {
        if (field != group) {
          throw new OtlpException("group " + group + " ends as " + field + " at byte " + at);
        }
        return;
      }
      if (type == GROUP) {
        skipGroup(field, level + 1);
      } else {
        skip();
      }
    }
    throw new OtlpException("group " + group + " has no end");
  }

  private OtlpException wrongType(String wanted) {
    return new OtlpException(
        "field " + field + " at byte " + at + " has wire type " + type + ", is not " + wanted);
  }

  private int length() throws OtlpException {
    if (type != BYTES) {
      throw wrongType("text, bytes or a message");
    }
    long length = varint();
    if (length < 0 || length > end - at) {
      throw new OtlpException(
          "field "
              + field
              + " at byte "
              + at
              + " is cut off: "
              + Long.toUnsignedString(length)
              + " bytes said, "
              + (end - at)
              + " there");
    }
    return (int) length;
  }

  private long varint() throws OtlpException {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at >= end) {
        throw new OtlpException("cut off in a number at byte " + at);
      }
      byte one = bytes[at++];
      if (shift < 64) {
        value |= (long) (one & 0x7f) << shift;
      }
      if (one >= 0) {
        return value;
      }
    }
    throw new OtlpException("a number of more than ten bytes at byte " + at);
  }

  private long fixed64() throws OtlpException {
    need(8);
    long value = 0;
    for (int i = 7; i >= 0; i--) {
      value = (value << 8) | (bytes[at + i] & 0xff);
    }
    at += 8;
    return value;
  }

  private int fixed32() throws OtlpException {
    need(4);
    int value = 0;
    for (int i = 3; i >= 0; i--) {
      value = (value << 8) | (bytes[at + i] & 0xff);
    }
    at += 4;
    return value;
  }

  private void need(int count) throws OtlpException {
    if (end - at < count) {
      throw new OtlpException("cut off in field " + field + " at byte " + at);
    }
  }
}
