package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.ProtoBuffer;
import io.lockstep.telemetry.otlp.Sample;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// Prometheus' remote write 1.0 (<https://prometheus.io/docs/specs/prw/remote_write_spec/>): a
/// series for each value, made once, into which times and values are written. Snappy's block format
/// wants no compression, only its frame
/// (<https://github.com/google/snappy/blob/main/format_description.txt>), so that what it costs to
/// unpack is the least there can be.
final class RemoteWriting implements Writing {
  private static final int MILLIS = 1_000_000;

  /// Bytes of a time until the year 2109, as a varint.
  private static final int TIME_BYTES = 6;

  /// A sample is the end of its series: tag and value, tag and time.
  private static final int SAMPLE_BYTES = 1 + Double.BYTES + 1 + TIME_BYTES;

  /// Snappy's longest literal whose length takes two bytes.
  private static final int CHUNK = 1 << 16;

  private final ByteBuffer message;

  /// Where each series ends.
  private final int[] ends;

  RemoteWriting(String host, List<YardstickServer.Place> places) {
    this.ends = new int[places.size()];
    var all = new ByteArrayOutputStream();
    for (int i = 0; i < ends.length; i++) {
      var request = new ProtoBuffer();
      request.bytes(1, series(host, places.get(i)));
      all.writeBytes(request.toBytes());
      ends[i] = all.size();
    }
    this.message = ByteBuffer.wrap(all.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// Labels in the order of their names, then one sample.
  private static byte[] series(String host, YardstickServer.Place place) {
    var column = place.value().column();
    var series = new ProtoBuffer();
    series.bytes(1, label("__name__", column.table().tableName() + "_" + column.name()));
    series.bytes(1, label("cluster", "bench"));
    series.bytes(1, label("host", host));
    series.bytes(1, label("subject", place.subject().isEmpty() ? "host" : place.subject()));
    series.bytes(2, new byte[SAMPLE_BYTES]);
    return series.toBytes();
  }

  private static byte[] label(String name, String value) {
    var label = new ProtoBuffer();
    label.text(1, name);
    label.text(2, value);
    return label.toBytes();
  }

  @Override
  public byte[] body(List<Sample> samples, long timeNanos) {
    for (int i = 0; i < ends.length; i++) {
      int at = ends[i] - SAMPLE_BYTES;
      message.put(at, (byte) ((1 << 3) | 1)); // value, 64 bits
      message.putDouble(at + 1, samples.get(i).value());
      message.put(at + 1 + Double.BYTES, (byte) (2 << 3)); // time, varint
      time(at + 2 + Double.BYTES, timeNanos / MILLIS);
    }
    return framed(message.array());
  }

  private void time(int at, long millis) {
    for (int i = 0; i < TIME_BYTES; i++) {
      int more = i < TIME_BYTES - 1 ? 0x80 : 0;
      message.put(at + i, (byte) (((millis >>> (7 * i)) & 0x7f) | more));
    }
  }

  private static byte[] framed(byte[] plain) {
    var out = new ByteArrayOutputStream(plain.length + 64);
    var length = new ProtoBuffer();
    length.raw(plain.length);
    out.writeBytes(length.toBytes());
    for (int from = 0; from < plain.length; from += CHUNK) {
      int many = Math.min(CHUNK, plain.length - from);
      out.write(61 << 2); // a literal whose length less one stands in two bytes
      out.write(many - 1);
      out.write((many - 1) >>> 8);
      out.write(plain, from, many);
    }
    return out.toByteArray();
  }

  @Override
  public Envelope envelope(BatchId id, boolean gzip) {
    Envelope envelope = Envelope.of(Wire.REMOTE_WRITE.path(), Wire.REMOTE_WRITE.type(), "snappy");
    envelope.fields().put("X-Prometheus-Remote-Write-Version", "0.1.0");
    return envelope;
  }

  @Override
  public boolean packs() {
    return false;
  }
}
