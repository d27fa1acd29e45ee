package io.lockstep.agent.spool;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// A segment in memory, for as long as the disk can't be written.
final class MemoryBytes implements SegmentBytes {
  private byte[] bytes = new byte[8192];
  private int size;

  @Override
  public int append(ByteBuffer record) {
    int at = size;
    int length = record.remaining();
    if (bytes.length < size + length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + length));
    }
    record.get(bytes, at, length);
    size += length;
    return at;
  }

  @Override
  public ByteBuffer read(int at, int length) {
    return ByteBuffer.wrap(Arrays.copyOfRange(bytes, at, Math.min(size, at + length)));
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void finish() {}

  @Override
  public void delete() {
    bytes = new byte[0];
    size = 0;
  }
}
