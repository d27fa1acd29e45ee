package io.lockstep.telemetry.otlp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// Compresses requests as gzip (RFC 1952), with one deflater for all of them: its tables are most
/// of what compressing a small request costs. Any thread.
public final class Gzip implements AutoCloseable {
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
  private static final int TRAILER = 8;

  private final ReentrantLock lock = new ReentrantLock();
  private final Deflater deflater;

  /// @param level 1 (fast) to 9 (small)
  public Gzip(int level) {
    deflater = new Deflater(level, true);
  }

  /// The bytes compressed.
  public byte[] compress(byte[] plain) {
    lock.lock();
    try {
      deflater.reset();
      deflater.setInput(plain);
      deflater.finish();
      byte[] out = Arrays.copyOf(HEADER, HEADER.length + plain.length / 3 + 64);
      int length = HEADER.length;
      while (!deflater.finished()) {
        if (length == out.length) {
          out = Arrays.copyOf(out, out.length * 2);
        }
        length += deflater.deflate(out, length, out.length - length);
      }
      out = Arrays.copyOf(out, length + TRAILER);
      trailer(plain, ByteBuffer.wrap(out, length, TRAILER).order(ByteOrder.LITTLE_ENDIAN));
      return out;
    } finally {
      lock.unlock();
    }
  }

  private static void trailer(byte[] plain, ByteBuffer out) {
    var crc = new CRC32();
    crc.update(plain);
    out.putInt((int) crc.getValue()).putInt(plain.length);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      deflater.end();
    } finally {
      lock.unlock();
    }
  }
}
