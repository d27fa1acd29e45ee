package io.lockstep.telemetry.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OtlpWriterTest {
  private static final Resource HOST =
      Resource.create(Attributes.of(AttributeKey.stringKey("host.name"), "node-1"));

  private final OtlpWriter writer = new OtlpWriter(HOST);

  @Test
  void samplesOfOneMetricAreOneMetricWithOnePointEach() throws InvalidProtocolBufferException {
    var clock = Contract.column(Table.GPU, "clock_sm");
    var received = Contract.column(Table.PORT, "received");
    byte[] body =
        writer.metrics(
            List.of(
                Sample.of(clock, "GPU-1", 1.755e9),
                Sample.of(clock, "GPU-2", 1.2e9),
                Sample.of(received, "mlx5_0/1", Long.MAX_VALUE)),
            5_000,
            1_000);
    var resource = ExportMetricsServiceRequest.parseFrom(body).getResourceMetrics(0);
    assertThat(resource.getSchemaUrl()).isEqualTo(Contract.SCHEMA_URL);
    assertThat(resource.getResource().getAttributes(0).getValue().getStringValue())
        .isEqualTo("node-1");
    var metrics = resource.getScopeMetrics(0).getMetricsList();
    assertThat(metrics).hasSize(2);
    assertThat(metrics.get(0).getName()).isEqualTo("lockstep.gpu.clock.frequency");
    assertThat(metrics.get(0).getGauge().getDataPointsList())
        .extracting(point -> point.getAsDouble())
        .containsExactly(1.755e9, 1.2e9);
    var counter = metrics.get(1).getSum();
    assertThat(counter.getIsMonotonic()).isTrue();
    assertThat(counter.getDataPoints(0).getAsInt()).isEqualTo(Long.MAX_VALUE);
    assertThat(counter.getDataPoints(0).getTimeUnixNano()).isEqualTo(5_000);
    assertThat(counter.getDataPoints(0).getStartTimeUnixNano()).isEqualTo(1_000);
  }

  @Test
  void anEventKeepsItsNameSeverityAndBody() throws InvalidProtocolBufferException {
    var event =
        new Occurrence(
            "lockstep.network.link.down", 7, "port mlx5_0/1 is down", Map.of("hw.id", "mlx5_0/1"));
    var request = ExportLogsServiceRequest.parseFrom(writer.events(List.of(event)));
    var record = request.getResourceLogs(0).getScopeLogs(0).getLogRecords(0);
    assertThat(record.getEventName()).isEqualTo("lockstep.network.link.down");
    assertThat(record.getSeverityNumber()).isEqualTo(SeverityNumber.SEVERITY_NUMBER_WARN);
    assertThat(record.getBody().getStringValue()).isEqualTo("port mlx5_0/1 is down");
    assertThat(record.getTimeUnixNano()).isEqualTo(7);
  }

  @Test
  void stepsAreGroupedByRank() throws InvalidProtocolBufferException {
    var iteration = Attributes.of(AttributeKey.longKey("training.iteration"), 12L);
    var request =
        ExportTraceServiceRequest.parseFrom(
            writer.steps(
                List.of(
                    new TrainingStep(rank(0), 1, 2, iteration),
                    new TrainingStep(rank(1), 1, 2, iteration))));
    assertThat(request.getResourceSpansList()).hasSize(2);
    var span = request.getResourceSpans(0).getScopeSpans(0).getSpans(0);
    assertThat(span.getName()).isEqualTo("training.step");
    assertThat(span.getEndTimeUnixNano()).isEqualTo(2);
    assertThat(span.getAttributes(0).getValue().getIntValue()).isEqualTo(12);
    assertThat(span.getTraceId().size()).isEqualTo(16);
  }

  private static Resource rank(long rank) {
    return Resource.create(Attributes.of(AttributeKey.longKey("dl.rank"), rank));
  }
}
