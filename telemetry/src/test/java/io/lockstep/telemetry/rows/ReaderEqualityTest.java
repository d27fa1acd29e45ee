package io.lockstep.telemetry.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Metric.Kind;
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
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The reader says of any message what the generated protobuf classes say.
class ReaderEqualityTest {
  private static final long NOW = 1_800_000_000L * 1_000_000_000L;
  private static final BatchId ID = new BatchId("node-1", 5, 9);
  private static final int MESSAGES = 400;

  @Test
  void randomMetrics() throws Exception {
    long points = 0;
    for (long seed = 0; seed < MESSAGES; seed++) {
      byte[] body = body(seed, ExportMetricsServiceRequest.getDescriptor());
      BatchId id = seed % 2 == 0 ? ID : null;
      Batch batch = read(Signal.METRICS, id, body);
      assertThat(Expected.lines(batch))
          .as("seed " + seed)
          .isEqualTo(new Expected(id == null, NOW).of(ExportMetricsServiceRequest.parseFrom(body)));
      points += batch.points().size();
    }
    assertThat(points).isGreaterThan(MESSAGES);
  }

  @Test
  void metricsOfTheContractWithAttributesAsTheyShouldBeAndNot() throws Exception {
    long rows = 0;
    long points = 0;
    for (long seed = 0; seed < MESSAGES; seed++) {
      var random = new Random(seed);
      var scope = ScopeMetrics.newBuilder();
      for (int i = 0; i < 20; i++) {
        scope.addMetrics(known(random));
      }
      var request =
          ExportMetricsServiceRequest.newBuilder()
              .addResourceMetrics(ResourceMetrics.newBuilder().addScopeMetrics(scope))
              .build();
      byte[] body = new Shuffle(random).encode(request);
      Batch batch = read(Signal.METRICS, ID, body);
      assertThat(Expected.lines(batch))
          .as("seed " + seed)
          .isEqualTo(new Expected(false, NOW).of(request));
      rows += batch.rows().size();
      points += batch.points().size();
    }
    assertThat(rows).isGreaterThan(5L * MESSAGES);
    assertThat(points).isGreaterThan(5L * MESSAGES);
  }

  @Test
  void randomLogs() throws Exception {
    long events = 0;
    for (long seed = 0; seed < MESSAGES; seed++) {
      byte[] body = body(seed, ExportLogsServiceRequest.getDescriptor());
      Batch batch = read(Signal.LOGS, ID, body);
      assertThat(Expected.lines(batch))
          .as("seed " + seed)
          .isEqualTo(new Expected(false, NOW).of(ExportLogsServiceRequest.parseFrom(body)));
      events += batch.events().size();
    }
    assertThat(events).isGreaterThan(MESSAGES);
  }

  @Test
  void randomSpans() throws Exception {
    for (long seed = 0; seed < MESSAGES; seed++) {
      byte[] body = body(seed, ExportTraceServiceRequest.getDescriptor());
      assertThat(Expected.lines(read(Signal.TRACES, ID, body)))
          .as("seed " + seed)
          .isEqualTo(new Expected(false, NOW).of(ExportTraceServiceRequest.parseFrom(body)));
    }
  }

  @Test
  void trainingStepsWithAttributesAsTheyShouldBeAndNot() throws Exception {
    long steps = 0;
    for (long seed = 0; seed < MESSAGES; seed++) {
      var random = new Random(seed);
      var resource = ResourceSpans.newBuilder();
      for (String key : List.of("dl.rank", "training.job.id", "dl.world_size", "service.name")) {
        if (random.nextInt(4) != 0) {
          resource.getResourceBuilder().addAttributes(attribute(key, whole(random)));
        }
      }
      var scope = ScopeSpans.newBuilder();
      for (int i = 0; i < 5; i++) {
        scope.addSpans(step(random));
      }
      var request =
          ExportTraceServiceRequest.newBuilder()
              .addResourceSpans(resource.addScopeSpans(scope))
              .build();
      Batch batch = read(Signal.TRACES, ID, new Shuffle(random).encode(request));
      assertThat(Expected.lines(batch))
          .as("seed " + seed)
          .isEqualTo(new Expected(false, NOW).of(request));
      steps += batch.steps().size();
    }
    assertThat(steps).isGreaterThan(MESSAGES);
  }

  private static io.opentelemetry.proto.metrics.v1.Metric known(Random random) {
    List<Metric> all = Contract.metrics();
    Metric metric = all.get(random.nextInt(all.size()));
    var out = io.opentelemetry.proto.metrics.v1.Metric.newBuilder().setName(metric.name());
    out.setUnit(random.nextInt(10) == 0 ? "furlong" : metric.unit());
    var points = new ArrayList<NumberDataPoint>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      points.add(point(random, metric));
    }
    return (metric.kind() == Kind.GAUGE
            ? out.setGauge(Gauge.newBuilder().addAllDataPoints(points))
            : out.setSum(
                Sum.newBuilder()
                    .addAllDataPoints(points)
                    .setAggregationTemporalityValue(random.nextInt(10) == 0 ? 1 : 2)))
        .build();
  }

  private static NumberDataPoint point(Random random, Metric metric) {
    var attributes = new ArrayList<KeyValue>();
    if (!metric.columns().isEmpty()) {
      Column column = metric.columns().get(random.nextInt(metric.columns().size()));
      column
          .attributes()
          .forEach((key, value) ->
              attributes.add(attribute(key, AnyValue.newBuilder().setStringValue(value))));
    }
    if (!metric.subject().attribute().isEmpty()) {
      attributes.add(
          attribute(
              metric.subject().attribute(),
              AnyValue.newBuilder().setStringValue("it-" + random.nextInt(3))));
    }
    spoil(random, attributes);
    Collections.shuffle(attributes, random);
    var point =
        NumberDataPoint.newBuilder()
            .addAllAttributes(attributes)
            .setTimeUnixNano(random.nextInt(20) == 0 ? 0 : NOW + random.nextInt(2) * 1_000_000_000L)
            .setFlags(random.nextInt(20) == 0 ? 1 : 0);
    switch (random.nextInt(8)) {
      case 0 -> point.setAsDouble(Double.NaN);
      case 1 -> point.setAsDouble(1e300);
      case 2 -> point.setAsInt(random.nextLong());
      case 3, 4 -> point.setAsInt(random.nextInt());
      case 5, 6 -> point.setAsDouble(random.nextGaussian() * 1e6);
      default -> {}
    }
    return point.build();
  }

  /// Every other list of attributes gets something that should not be there.
  private static void spoil(Random random, List<KeyValue> attributes) {
    var text = AnyValue.newBuilder().setStringValue("else");
    switch (random.nextInt(14)) {
      case 0 -> attributes.add(attribute("cpu.logical_number", text));
      case 1 -> attributes.add(attribute("hw.name", text));
      case 2 -> attributes.add(attribute("hw.type", text));
      case 3 -> attributes.add(attribute("hw.id", AnyValue.newBuilder().setIntValue(3)));
      case 4 -> attributes.add(attribute("hw.id", AnyValue.newBuilder()));
      case 5 -> attributes.add(attribute("", text));
      case 6 -> attributes.add(attribute("hw.id", AnyValue.newBuilder().setStringValue("")));
      case 7 -> {
        if (!attributes.isEmpty()) {
          attributes.removeFirst();
        }
      }
      default -> {}
    }
  }

  private static Span step(Random random) {
    var span = Span.newBuilder().setName(random.nextInt(10) == 0 ? "other" : "training.step");
    span.setEndTimeUnixNano(NOW + random.nextInt(1_000));
    span.setStartTimeUnixNano(random.nextInt(10) == 0 ? 0 : NOW - random.nextInt(1_000));
    for (String key :
        List.of("dl.rank", "training.iteration", "dl.pipeline_parallel.rank", "hw.id")) {
      if (random.nextInt(6) != 0) {
        span.addAttributes(attribute(key, whole(random)));
      }
    }
    for (Metric metric : Contract.metrics()) {
      if (metric.kind() == Kind.SPAN_ATTRIBUTE && random.nextInt(3) == 0) {
        span.addAttributes(attribute(metric.name(), real(random)));
      }
    }
    return span.build();
  }

  private static AnyValue.Builder whole(Random random) {
    return switch (random.nextInt(30)) {
      case 0 -> AnyValue.newBuilder().setStringValue("seven");
      case 1 -> AnyValue.newBuilder().setIntValue(-1);
      case 2 -> AnyValue.newBuilder().setDoubleValue(1.5);
      case 3 -> AnyValue.newBuilder();
      case 4 -> AnyValue.newBuilder().setStringValue("");
      case 5, 6 -> AnyValue.newBuilder().setStringValue("12");
      default -> AnyValue.newBuilder().setIntValue(random.nextInt(1_000));
    };
  }

  private static AnyValue.Builder real(Random random) {
    return switch (random.nextInt(40)) {
      case 0 -> AnyValue.newBuilder().setDoubleValue(-1);
      case 1 -> AnyValue.newBuilder().setDoubleValue(Double.NaN);
      case 2 -> AnyValue.newBuilder().setStringValue("0.25");
      case 3 -> AnyValue.newBuilder().setStringValue("fast");
      case 4 -> AnyValue.newBuilder().setIntValue(Long.MAX_VALUE);
      default -> AnyValue.newBuilder().setDoubleValue(random.nextDouble());
    };
  }

  private static KeyValue attribute(String key, AnyValue.Builder value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  private static byte[] body(long seed, com.google.protobuf.Descriptors.Descriptor type)
      throws Exception {
    var random = new Random(seed);
    Message message = new RandomMessages(random, true).of(type);
    return seed % 3 == 0 ? message.toByteArray() : new Shuffle(random).encode(message);
  }

  private static Batch read(Signal signal, @Nullable BatchId id, byte[] body) throws OtlpException {
    return new BatchReader(BatchReader.Limits.DEFAULT)
        .read("c", _ -> true, "sender", signal, id, body, NOW);
  }
}
