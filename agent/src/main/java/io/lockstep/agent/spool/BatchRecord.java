package io.lockstep.agent.spool;

import io.lockstep.agent.batch.Batch;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// How a batch stands in a segment, big-endian:
///
/// | bytes | what |
/// |---|---|
/// | 0–3 | magic `LSB`, version 1 |
/// | 4–7 | length of the body |
/// | 8–15 | run |
/// | 16–23 | number |
/// | 24–31 | time, Unix nanoseconds |
/// | 32 | signal: 0 metrics, 1 logs, 2 traces |
/// | 33 | length of the host's name |
/// | 34–35 | 0 |
/// | 36–39 | CRC32C of the body |
/// | 40–43 | CRC32C of bytes 0–39 |
/// | 44 … | body: the host's name, then the request, gzip |
///
/// The header has a checksum of its own, so that damage in a body leaves its length believable, and
/// a reader that lost its place finds the next record by magic and checksum together.
final class BatchRecord {
  static final int HEADER = 44;
  static final int MAGIC = 0x4c53_4201;

  private static final int CHECKED = 40;

  private BatchRecord() {}

  /// The record of a batch, ready to be written.
  static ByteBuffer encode(Batch batch) {
    byte[] host = batch.id().host().getBytes(StandardCharsets.US_ASCII);
    int body = host.length + batch.gzip().length;
    ByteBuffer record = ByteBuffer.allocate(HEADER + body);
    record.putInt(MAGIC).putInt(body);
    record.putLong(batch.id().run()).putLong(batch.id().number()).putLong(batch.timeNanos());
    record.put(code(batch.signal())).put((byte) host.length).putShort((short) 0);
    record.position(HEADER);
    record.put(host).put(batch.gzip());
    record.putInt(36, checksum(record, HEADER, body));
    record.putInt(CHECKED, checksum(record, 0, CHECKED));
    return record.flip();
  }

  /// Whether an undamaged header begins here.
  static boolean headerAt(ByteBuffer bytes, int at) {
    return at + HEADER <= bytes.limit()
        && bytes.getInt(at) == MAGIC
        && bytes.getInt(at + CHECKED) == checksum(bytes, at, CHECKED)
        && bytes.getInt(at + 4) >= 0;
  }

  /// Bytes of the record whose undamaged header begins here.
  static long lengthAt(ByteBuffer bytes, int at) {
    return (long) HEADER + bytes.getInt(at + 4);
  }

  /// Time of the record whose undamaged header begins here, Unix nanoseconds.
  static long timeAt(ByteBuffer bytes, int at) {
    return bytes.getLong(at + 24);
  }

  /// Whether a whole, undamaged record begins here.
  static boolean soundAt(ByteBuffer bytes, int at) {
    return headerAt(bytes, at)
        && at + lengthAt(bytes, at) <= bytes.limit()
        && bytes.getInt(at + 36) == checksum(bytes, at + HEADER, bytes.getInt(at + 4))
        && signal(bytes.get(at + 32)) != null
        && Byte.toUnsignedInt(bytes.get(at + 33)) <= bytes.getInt(at + 4);
  }

  /// The batch whose record begins here.
  ///
  /// @return null when the record is damaged
  static @Nullable Batch decode(ByteBuffer bytes, int at) {
    if (!soundAt(bytes, at)) {
      return null;
    }
    Signal signal = signal(bytes.get(at + 32));
    byte[] host = new byte[Byte.toUnsignedInt(bytes.get(at + 33))];
    byte[] gzip = new byte[bytes.getInt(at + 4) - host.length];
    bytes.get(at + HEADER, host);
    bytes.get(at + HEADER + host.length, gzip);
    BatchId id = id(new String(host, StandardCharsets.US_ASCII), bytes, at);
    return signal == null || id == null ? null : new Batch(id, signal, timeAt(bytes, at), gzip);
  }

  /// @return null when it could not have been written
  private static @Nullable BatchId id(String host, ByteBuffer bytes, int at) {
    try {
      var id = new BatchId(host, bytes.getLong(at + 8), bytes.getLong(at + 16));
      return BatchId.parse(id.header());
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static byte code(Signal signal) {
    return switch (signal) {
      case METRICS -> 0;
      case LOGS -> 1;
      case TRACES -> 2;
    };
  }

  private static @Nullable Signal signal(byte code) {
    return switch (code) {
      case 0 -> Signal.METRICS;
      case 1 -> Signal.LOGS;
      case 2 -> Signal.TRACES;
      default -> null;
    };
  }

  private static int checksum(ByteBuffer bytes, int at, int length) {
    var crc = new CRC32C();
    crc.update(bytes.slice(at, length));
    return (int) crc.getValue();
  }
}
