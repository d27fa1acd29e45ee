package io.lockstep.collector.receive;

import io.lockstep.collector.receive.Refusal.Reason;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/// Inflates a body without trusting it: never beyond a size and a ratio, and every byte of memory
/// is held against [InFlight] before it is allocated.
final class Gunzip {
  /// Telemetry shrinks to a tenth or a thirtieth; gzip's own end is 1032.
  private static final long RATIO_MAX = 200;

  /// Below this no ratio is asked for: a short body of zeros is harmless.
  private static final long RATIO_FROM_BYTES = 1 << 20;

  private static final int CAPACITY_MIN = 512;

  private Gunzip() {}

  /// @param inflatedMax bytes
  static Body inflate(byte[] gzip, int inflatedMax, InFlight.Hold hold) {
    long byRatio = Math.max(RATIO_FROM_BYTES, gzip.length * RATIO_MAX);
    int limit = (int) Math.min(inflatedMax, byRatio);
    int capacity = Math.clamp(declaredSize(gzip), Math.min(CAPACITY_MIN, limit), limit);
    Refusal busy = hold.grow(capacity);
    if (busy != null) {
      return busy;
    }
    try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip), 8192)) {
      return read(in, new byte[capacity], limit, hold);
    } catch (EOFException _) {
      return new Refusal(Reason.BAD_GZIP, "the body is not whole gzip: it ends early");
    } catch (IOException e) {
      return new Refusal(Reason.BAD_GZIP, "the body is not whole gzip: " + e.getMessage());
    }
  }

  private static Body read(GZIPInputStream in, byte[] buffer, int limit, InFlight.Hold hold)
      throws IOException {
    byte[] out = buffer;
    int length = 0;
    for (int got = 0; got >= 0; got = in.read(out, length, out.length - length)) {
      length += got;
      if (length == out.length) {
        int next = in.read();
        if (next < 0) {
          return new Body.Bytes(out);
        }
        if (length == limit) {
          return tooLarge(limit);
        }
        int capacity = (int) Math.min(limit, 2L * length);
        Refusal busy = hold.grow(capacity - length);
        if (busy != null) {
          return busy;
        }
        out = Arrays.copyOf(out, capacity);
        out[length++] = (byte) next;
      }
    }
    return new Body.Bytes(Arrays.copyOf(out, length));
  }

  private static Refusal tooLarge(int limit) {
    return new Refusal(
        Reason.INFLATED_TOO_LARGE,
        "the body inflates to more than "
            + limit
            + " bytes (receive.inflated_max, and at most "
            + RATIO_MAX
            + " times what was sent); send smaller batches");
  }

  /// What the end of the body says that it inflates to, modulo 2^32 (RFC 1952, ISIZE); only a hint.
  private static long declaredSize(byte[] gzip) {
    long size = 0;
    for (int i = 1; i <= 4 && i <= gzip.length; i++) {
      size = (size << 8) | (gzip[gzip.length - i] & 0xff);
    }
    return size;
  }
}
