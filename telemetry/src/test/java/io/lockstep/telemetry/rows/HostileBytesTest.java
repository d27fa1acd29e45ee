package io.lockstep.telemetry.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.RandomMessages;
import io.lockstep.telemetry.otlp.Shuffle;
import io.lockstep.telemetry.otlp.Signal;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever the bytes are, the reader answers with a batch or with [OtlpException] and a message,
/// and keeps no more than its bound.
class HostileBytesTest {
  private static final long NOW = 1_800_000_000L * 1_000_000_000L;
  private static final BatchId ID = new BatchId("node-1", 5, 9);
  private static final int KEPT_MAX = 64 << 20;

  @ParameterizedTest
  @EnumSource(Signal.class)
  void everyTruncationOfAMessage(Signal signal) throws Exception {
    int refused = 0;
    for (long seed = 0; seed < 4; seed++) {
      byte[] whole = message(signal, seed);
      for (int length = 0; length < whole.length; length++) {
        refused += survives(signal, Arrays.copyOf(whole, length)) ? 0 : 1;
      }
    }
    assertThat(refused).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Signal.class)
  void flippedBitsAndForeignBytes(Signal signal) throws Exception {
    var random = new Random(7);
    int refused = 0;
    for (long seed = 0; seed < 8; seed++) {
      byte[] whole = message(signal, seed);
      for (int round = 0; round < 2_000; round++) {
        byte[] body = whole.clone();
        for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
          int at = random.nextInt(body.length);
          body[at] =
              random.nextBoolean()
                  ? (byte) (body[at] ^ (1 << random.nextInt(8)))
                  : (byte) random.nextInt(256);
        }
        refused += survives(signal, body) ? 0 : 1;
      }
    }
    assertThat(refused).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Signal.class)
  void noise(Signal signal) {
    var random = new Random(11);
    for (int round = 0; round < 2_000; round++) {
      byte[] noise = new byte[random.nextInt(512)];
      random.nextBytes(noise);
      survives(signal, noise);
    }
  }

  /// Each field on the way down to a value, in each wire type that it does not have.
  @ParameterizedTest
  @EnumSource(Signal.class)
  void wrongWireTypes(Signal signal) throws IOException {
    for (int level = 0; level < 7; level++) {
      for (int field = 1; field <= 16; field++) {
        for (int type = 0; type < 8; type++) {
          byte[] body = wrongField(field, type);
          for (int up = 0; up < level; up++) {
            // Each message of OTLP has the next one in field 1, 2, 5 or 7.
            body = in(new int[] {7, 1, 5, 2, 2, 1, 1}[7 - level + up], body);
          }
          survives(signal, body);
        }
      }
    }
  }

  private static byte[] wrongField(int field, int type) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = CodedOutputStream.newInstance(bytes);
    out.writeUInt32NoTag((field << 3) | type);
    out.writeRawBytes(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
    out.flush();
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @EnumSource(Signal.class)
  void valuesNestedWithoutEnd(Signal signal) throws IOException {
    byte[] value = {};
    for (int depth = 0; depth < 2_001; depth++) {
      value = in(depth % 2 == 0 ? 5 : 1, value);
    }
    byte[] attribute = in(2, value);
    byte[] body = in(1, in(1, in(1, attribute)));
    assertThatThrownBy(() -> read(signal, ID, body))
        .isInstanceOf(OtlpException.class)
        .hasMessageContaining("nested deeper");
  }

  @ParameterizedTest
  @EnumSource(Signal.class)
  void groupsNestedWithoutEnd(Signal signal) {
    byte[] body = new byte[100_000]; // each begins group 2
    Arrays.fill(body, (byte) 0x13);
    assertThatThrownBy(() -> read(signal, ID, body))
        .isInstanceOf(OtlpException.class)
        .hasMessageContaining("nested deeper");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 127, Integer.MAX_VALUE, 1L << 32, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void lengthsThatLie(long length) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = CodedOutputStream.newInstance(bytes);
    out.writeUInt32NoTag(1 << 3 | 2);
    out.writeUInt64NoTag(length);
    out.flush();
    for (Signal signal : Signal.values()) {
      assertThatThrownBy(() -> read(signal, ID, bytes.toByteArray()))
          .isInstanceOf(OtlpException.class)
          .hasMessageContaining("cut off")
          .hasMessageContaining(Long.toUnsignedString(length));
    }
  }

  @Test
  void aNumberOfElevenBytesAndFieldZeroAreNone() {
    byte[] eleven = new byte[12];
    Arrays.fill(eleven, (byte) 0x80);
    assertThatThrownBy(() -> read(Signal.METRICS, ID, eleven)).isInstanceOf(OtlpException.class);
    assertThatThrownBy(() -> read(Signal.METRICS, ID, new byte[] {0, 0}))
        .isInstanceOf(OtlpException.class)
        .hasMessageContaining("field number 0");
  }

  @Test
  void textThatIsNotUtf8IsKeptWithReplacements() throws OtlpException {
    var bad = ByteString.copyFrom(new byte[] {'a', (byte) 0xff, (byte) 0xc0, 'b'});
    byte[] body = gauge("x", attribute("k", "v")).toByteArray();
    byte[] name = {10, 1, 'x'};
    int at = indexOf(body, name);
    body[at + 2] = (byte) 0xff;
    assertThat(bad.isValidUtf8()).isFalse();
    assertThat(read(Signal.METRICS, ID, body).points())
        .singleElement()
        .extracting(Point::metric)
        .isEqualTo("\ufffd");
  }

  @Test
  void tenMegabytesInAnAttributeAreRefusedWithTheMetricsName() throws OtlpException {
    Batch batch =
        read(
            Signal.METRICS,
            ID,
            gauge("my.metric", attribute("k", "x".repeat(10_000_000))).toByteArray());
    assertThat(batch.points()).isEmpty();
    assertThat(batch.refused()).isEqualTo(1);
    assertThat(batch.reason()).contains("my.metric").contains("10000008").hasSizeLessThan(200);
  }

  @Test
  void longNamesAreRefusedWhereverTheyStand() throws OtlpException {
    String megabyte = "x".repeat(1_000_000);
    Batch name = read(Signal.METRICS, ID, gauge(megabyte, attribute("k", "v")).toByteArray());
    assertThat(name.refused()).isEqualTo(1);
    assertThat(name.reason()).contains("1000000 characters").hasSizeLessThan(200);

    var hosted = gauge("x", attribute("k", "v")).toBuilder();
    hosted
        .getResourceMetricsBuilder(0)
        .setResource(Resource.newBuilder().addAttributes(attribute("host.name", megabyte)));
    Batch host = read(Signal.METRICS, ID, hosted.build().toByteArray());
    assertThat(host.refused()).isEqualTo(1);
    assertThat(host.reason()).contains("host.name").hasSizeLessThan(200);

    Batch subject =
        read(
            Signal.METRICS,
            ID,
            gauge("hw.gpu.utilization", attribute("hw.id", megabyte)).toByteArray());
    assertThat(subject.rows()).isEmpty();
    assertThat(subject.refused()).isEqualTo(1);
  }

  @Test
  void aLongBodyIsCutAndLongAttributesOfALogRecordAreRefused() throws OtlpException {
    var request = ExportLogsServiceRequest.newBuilder();
    var scope = request.addResourceLogsBuilder().addScopeLogsBuilder();
    scope
        .addLogRecordsBuilder()
        .setTimeUnixNano(NOW)
        .setBody(AnyValue.newBuilder().setStringValue("a" + "\ud83d\ude00".repeat(100_000)));
    scope
        .addLogRecordsBuilder()
        .setTimeUnixNano(NOW)
        .addAttributes(attribute("k", "x".repeat(100_000)));
    Batch batch = read(Signal.LOGS, ID, request.build().toByteArray());
    String body = batch.events().getFirst().body();
    assertThat(body).hasSize(8191).doesNotContain("?");
    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(body)).isTrue();
    assertThat(batch.events()).hasSize(1);
    assertThat(batch.refused()).isEqualTo(1);
  }

  @Test
  void thousandsOfAttributesAreRefused() {
    var point = NumberDataPoint.newBuilder().setTimeUnixNano(NOW).setAsInt(1);
    for (int i = 0; i < 5_000; i++) {
      point.addAttributes(attribute("k" + i, "v"));
    }
    var metric = Metric.newBuilder().setName("x").setGauge(Gauge.newBuilder().addDataPoints(point));
    assertThatThrownBy(() -> read(Signal.METRICS, ID, request(metric.build()).toByteArray()))
        .isInstanceOf(OtlpException.class)
        .hasMessageContaining("1024 attributes");
  }

  /// Eight bytes of a histogram ask for a row with all its attributes.
  @Test
  void bucketsThatMultiplyLongAttributesStopAtTheBound() throws OtlpException {
    var point = HistogramDataPoint.newBuilder().setTimeUnixNano(NOW);
    point.addAttributes(attribute("k", "x".repeat(16_000)));
    for (int i = 0; i < 1_000; i++) {
      point.addBucketCounts(1).addExplicitBounds(i);
    }
    point.addBucketCounts(1);
    var histogram = Histogram.newBuilder();
    for (int i = 0; i < 200; i++) {
      histogram.addDataPoints(point);
    }
    byte[] body =
        request(Metric.newBuilder().setName("x").setHistogram(histogram).build()).toByteArray();
    Batch batch = read(Signal.METRICS, ID, body);
    long kept = batch.points().stream().mapToLong(one -> one.attributes().length()).sum();
    assertThat(kept).isBetween(KEPT_MAX / 2L, (long) KEPT_MAX);
    // Each data point of the sender counts once, however many rows it would have made.
    assertThat(batch.refused()).isBetween(190L, 199L);
    assertThat(batch.reason()).contains("64 MiB");
  }

  /// Twenty bytes of a point ask for a whole row.
  @Test
  void pointsOfManyTimesStopAtTheBound() throws OtlpException {
    var gauge = Gauge.newBuilder();
    for (int i = 0; i < 400_000; i++) {
      gauge.addDataPoints(NumberDataPoint.newBuilder().setTimeUnixNano(NOW + i).setAsInt(1));
    }
    Batch batch =
        read(
            Signal.METRICS,
            ID,
            request(
                    Metric.newBuilder()
                        .setName("system.uptime")
                        .setUnit("s")
                        .setGauge(gauge)
                        .build())
                .toByteArray());
    assertThat(batch.rows()).hasSizeLessThan(KEPT_MAX / 200);
    assertThat(batch.rows().size() + batch.refused()).isEqualTo(400_000);
    assertThat(batch.reason()).contains("64 MiB");
  }

  @Test
  void moreBucketsThanAnySdkHasAreRefused() throws OtlpException {
    var point = HistogramDataPoint.newBuilder().setTimeUnixNano(NOW);
    for (int i = 0; i < 100_000; i++) {
      point.addBucketCounts(1).addExplicitBounds(i);
    }
    var histogram = Histogram.newBuilder().addDataPoints(point);
    Batch batch =
        read(
            Signal.METRICS,
            ID,
            request(Metric.newBuilder().setName("x").setHistogram(histogram).build())
                .toByteArray());
    assertThat(batch.points()).isEmpty();
    assertThat(batch.refused()).isEqualTo(1);
    assertThat(batch.reason()).contains("a point of x has 100000 buckets");
  }

  private static int indexOf(byte[] body, byte[] part) {
    for (int i = 0; i + part.length <= body.length; i++) {
      if (Arrays.equals(body, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("not there");
  }

  private static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private static ExportMetricsServiceRequest gauge(String name, KeyValue attribute) {
    return request(
        Metric.newBuilder()
            .setName(name)
            .setGauge(
                Gauge.newBuilder()
                    .addDataPoints(
                        NumberDataPoint.newBuilder()
                            .setTimeUnixNano(NOW)
                            .setAsInt(1)
                            .addAttributes(attribute)))
            .build());
  }

  private static ExportMetricsServiceRequest request(Metric metric) {
    var request = ExportMetricsServiceRequest.newBuilder();
    request.addResourceMetricsBuilder().addScopeMetricsBuilder().addMetrics(metric);
    return request.build();
  }

  private static byte[] in(int field, byte[] message) throws IOException {
    var bytes = new ByteArrayOutputStream(message.length + 8);
    var out = CodedOutputStream.newInstance(bytes);
    out.writeByteArray(field, message);
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] message(Signal signal, long seed) throws IOException {
    Descriptor type =
        switch (signal) {
          case METRICS -> ExportMetricsServiceRequest.getDescriptor();
          case LOGS -> ExportLogsServiceRequest.getDescriptor();
          case TRACES -> ExportTraceServiceRequest.getDescriptor();
        };
    var random = new Random(seed);
    return new Shuffle(random).encode(new RandomMessages(random, true).of(type));
  }

  private static boolean survives(Signal signal, byte[] body) {
    try {
      assertThat(read(signal, ID, body)).isNotNull();
      assertThat(read(signal, null, body)).isNotNull();
      return true;
    } catch (OtlpException e) {
      assertThat(e.getMessage()).isNotBlank();
      return false;
    }
  }

  private static Batch read(Signal signal, @Nullable BatchId id, byte[] body) throws OtlpException {
    return new BatchReader(BatchReader.Limits.DEFAULT)
        .read("c", _ -> true, "sender", signal, id, body, NOW);
  }
}
