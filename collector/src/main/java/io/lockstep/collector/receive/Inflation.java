package io.lockstep.collector.receive;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.lockstep.collector.receive.Refusal.Reason;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/// Inflates a body without trusting it: never beyond a size and a ratio, and every byte of memory
/// is held against [InFlight] before it is allocated.
final class Inflation {
  /// Telemetry shrinks to a tenth or a thirtieth; gzip's own end is 1032, zstd has none.
  private static final long RATIO_MAX = 200;

  /// Below this no ratio is asked for: a short body of zeros is harmless.
  private static final long RATIO_FROM_BYTES = 1 << 20;

  private static final int CAPACITY_MIN = 512;

  /// 8 MiB, what HTTP's senders may ask for (RFC 9659, section 3). The window is memory that the
  /// body's head asks for and nobody counts: one for each worker at most.
  private static final int ZSTD_WINDOW_LOG_MAX = 23;

  private Inflation() {}

  /// @param coding not [Coding#IDENTITY]
  /// @param inflatedMax bytes
  static Body of(Coding coding, byte[] sent, int inflatedMax, InFlight.Hold hold) {
    long byRatio = Math.max(RATIO_FROM_BYTES, sent.length * RATIO_MAX);
    int limit = (int) Math.min(inflatedMax, byRatio);
    long declared = coding == Coding.ZSTD ? Zstd.getFrameContentSize(sent) : declaredSize(sent);
    int capacity = Math.clamp(declared, Math.min(CAPACITY_MIN, limit), limit);
    Refusal busy = hold.grow(capacity);
    if (busy != null) {
      return busy;
    }
    try (InputStream in = open(coding, new ByteArrayInputStream(sent))) {
      return read(in, new byte[capacity], limit, hold);
    } catch (EOFException _) {
      return bad(coding, "it ends early");
    } catch (IOException e) {
      return bad(coding, String.valueOf(e.getMessage()));
    }
  }

  private static InputStream open(Coding coding, InputStream sent) throws IOException {
    return switch (coding) {
      case IDENTITY -> sent;
      case GZIP -> new GZIPInputStream(sent, 8192);
      case ZSTD ->
          new ZstdInputStreamNoFinalizer(sent, RecyclingBufferPool.INSTANCE)
              .setLongMax(ZSTD_WINDOW_LOG_MAX);
    };
  }

  private static Refusal bad(Coding coding, String why) {
    Reason reason = coding == Coding.ZSTD ? Reason.BAD_ZSTD : Reason.BAD_GZIP;
    return new Refusal(reason, "the body is not whole " + coding.label() + ": " + why);
  }

  private static Body read(InputStream in, byte[] buffer, int limit, InFlight.Hold hold)
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

  /// What the end of a gzip body says that it inflates to, modulo 2^32 (RFC 1952, ISIZE); only a
  /// hint.
  private static long declaredSize(byte[] gzip) {
    long size = 0;
    for (int i = 1; i <= 4 && i <= gzip.length; i++) {
      size = (size << 8) | (gzip[gzip.length - i] & 0xff);
    }
    return size;
  }
}
