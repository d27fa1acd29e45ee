package io.lockstep.telemetry.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.Signal;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogram;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistributionTest {
  private static final long NOW = 1_800_000_000L * 1_000_000_000L;

  @Test
  void bucketsOfAHistogramCountUp() throws OtlpException {
    var point =
        HistogramDataPoint.newBuilder()
            .setTimeUnixNano(NOW)
            .setCount(6)
            .setSum(9.5)
            .addAllExplicitBounds(List.of(0.5, 2.0))
            .addAllBucketCounts(List.of(1L, 2L, 3L));
    assertThat(points(histogram(point)))
        .containsExactly(
            "wait.count {} 6.0 1",
            "wait.sum {} 9.5 s",
            "wait.bucket {\"le\":\"0.5\"} 1.0 1",
            "wait.bucket {\"le\":\"2.0\"} 3.0 1",
            "wait.bucket {\"le\":\"+Inf\"} 6.0 1");
  }

  @Test
  void aHistogramWithoutSumAndBucketsIsItsCount() throws OtlpException {
    assertThat(points(histogram(HistogramDataPoint.newBuilder().setTimeUnixNano(NOW).setCount(6))))
        .containsExactly("wait.count {} 6.0 1");
  }

  @Test
  void aPointWithoutARecordedValueIsNoValue() throws OtlpException {
    Batch batch =
        read(
            histogram(
                HistogramDataPoint.newBuilder().setTimeUnixNano(NOW).setCount(6).setFlags(1)));
    assertThat(batch.points()).isEmpty();
    assertThat(batch.refused()).isZero();
  }

  @Test
  void boundsThatDoNotFitTheBucketsAreRefused() throws OtlpException {
    var few =
        HistogramDataPoint.newBuilder().setTimeUnixNano(NOW).addAllBucketCounts(List.of(1L, 2L));
    assertThat(read(histogram(few)).reason())
        .isEqualTo("a point of wait has 2 buckets and 0 bounds");
    var descending =
        HistogramDataPoint.newBuilder()
            .setTimeUnixNano(NOW)
            .addAllExplicitBounds(List.of(2.0, 1.0))
            .addAllBucketCounts(List.of(1L, 2L, 3L));
    assertThat(read(histogram(descending)).reason()).contains("do not ascend");
  }

  /// Scale 0: base 2, so bucket 0 is (1, 2], bucket 1 is (2, 4].
  @Test
  void bucketsOfAnExponentialHistogramAscendFromTheLowest() throws OtlpException {
    var point = ExponentialHistogramDataPoint.newBuilder().setTimeUnixNano(NOW).setCount(15);
    point.setZeroCount(4).setSum(1);
    point.getPositiveBuilder().setOffset(0).addAllBucketCounts(List.of(1L, 2L));
    point.getNegativeBuilder().setOffset(-1).addAllBucketCounts(List.of(3L, 5L));
    assertThat(points(exponential(point)))
        .containsExactly(
            "wait.count {} 15.0 1",
            "wait.sum {} 1.0 s",
            "wait.bucket {\"le\":\"-1.0\"} 5.0 1",
            "wait.bucket {\"le\":\"-0.5\"} 8.0 1",
            "wait.bucket {\"le\":\"0.0\"} 12.0 1",
            "wait.bucket {\"le\":\"2.0\"} 13.0 1",
            "wait.bucket {\"le\":\"4.0\"} 15.0 1",
            "wait.bucket {\"le\":\"+Inf\"} 15.0 1");
  }

  @ParameterizedTest
  @ValueSource(ints = {-10, -1, 0, 3, 20})
  void everyScaleOfTheSdksHasItsBounds(int scale) throws OtlpException {
    var point = ExponentialHistogramDataPoint.newBuilder().setTimeUnixNano(NOW).setScale(scale);
    point.getPositiveBuilder().setOffset(-1).addBucketCounts(1).addBucketCounts(1);
    double base = Math.pow(2, Math.pow(2, -scale));
    List<String> buckets = points(exponential(point));
    assertThat(buckets.get(1)).isEqualTo("wait.bucket {\"le\":\"1.0\"} 1.0 1");
    // At scale −10 the base is beyond every double, and its bucket has no finite bound.
    assertThat(buckets.size()).isEqualTo(Double.isFinite(base) ? 4 : 3);
    assertThat(buckets.getLast()).isEqualTo("wait.bucket {\"le\":\"+Inf\"} 2.0 1");
  }

  @Test
  void anAbsurdScaleIsRefused() throws OtlpException {
    var point =
        ExponentialHistogramDataPoint.newBuilder().setTimeUnixNano(NOW).setScale(Integer.MIN_VALUE);
    Batch batch = read(exponential(point));
    assertThat(batch.refused()).isEqualTo(1);
    assertThat(batch.reason()).contains("wait").contains("-2147483648");
  }

  private static Metric histogram(HistogramDataPoint.Builder point) {
    return Metric.newBuilder()
        .setName("wait")
        .setUnit("s")
        .setHistogram(Histogram.newBuilder().addDataPoints(point))
        .build();
  }

  private static Metric exponential(ExponentialHistogramDataPoint.Builder point) {
    return Metric.newBuilder()
        .setName("wait")
        .setUnit("s")
        .setExponentialHistogram(ExponentialHistogram.newBuilder().addDataPoints(point))
        .build();
  }

  private static List<String> points(Metric metric) throws OtlpException {
    return read(metric).points().stream()
        .map(p -> p.metric() + " " + p.attributes() + " " + p.value() + " " + p.unit())
        .toList();
  }

  private static Batch read(Metric metric) throws OtlpException {
    var request = ExportMetricsServiceRequest.newBuilder();
    request.addResourceMetricsBuilder().addScopeMetricsBuilder().addMetrics(metric);
    return new BatchReader(BatchReader.Limits.DEFAULT)
        .read("c", _ -> true, "sender", Signal.METRICS, null, request.build().toByteArray(), NOW);
  }
}
