package io.lockstep.telemetry.otlp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Writes the fields of one protobuf message. One thread.
public final class ProtoBuffer {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  public void varint(int field, long value) {
    tag(field, VARINT);
    raw(value);
  }

  public void fixed64(int field, long value) {
    tag(field, FIXED64);
    rawFixed64(value);
  }

  public void fixed32(int field, int value) {
    tag(field, FIXED32);
    for (int i = 0; i < 4; i++) {
      out.write(value >>> (8 * i));
    }
  }

  public void text(int field, String value) {
    bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  public void bytes(int field, byte[] value) {
    tag(field, BYTES);
    raw(value.length);
    out.writeBytes(value);
  }

  /// A number without a tag, for packed lists.
  public void raw(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /// Eight bytes without a tag, for packed lists.
  public void rawFixed64(long value) {
    for (int i = 0; i < 8; i++) {
      out.write((int) (value >>> (8 * i)));
    }
  }

  private void tag(int field, int type) {
    raw((long) field << 3 | type);
  }

  /// The message so far.
  public byte[] toBytes() {
    return out.toByteArray();
  }
}
