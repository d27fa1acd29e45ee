package io.lockstep.telemetry.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpJsonTest {
  @ParameterizedTest
  @EnumSource(Signal.class)
  void whatIsWrittenAsJsonIsReadAsTheSameMessage(Signal signal) throws Exception {
    for (long seed = 0; seed < 200; seed++) {
      Message message = new RandomMessages(new Random(seed), false).of(type(signal));
      byte[] back = decode(signal, OtlpJson.toJson(signal, message.toByteArray()));
      assertThat(parse(signal, back))
          .as("seed " + seed)
          .isEqualTo(parse(signal, message.toByteArray()));
    }
  }

  /// Metrics have no ids, so protobuf's own JSON is OTLP's.
  @Test
  void protobufsOwnJsonOfMetricsIsReadAsTheSameMessage() throws Exception {
    for (long seed = 0; seed < 200; seed++) {
      Message message = new RandomMessages(new Random(seed), false).of(type(Signal.METRICS));
      byte[] back = decode(Signal.METRICS, JsonFormat.printer().print(message));
      assertThat(parse(Signal.METRICS, back))
          .as("seed " + seed)
          .isEqualTo(parse(Signal.METRICS, message.toByteArray()));
    }
  }

  @Test
  void theExampleOfTheSpecificationIsRead() throws Exception {
    String json =
        """
        {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"my.service"}}]},
        "unknownField":{"a":[1,{"b":null}]},"scopeSpans":[{"scope":{"name":"my.library"},"spans":[
        {"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","name":"I'm a server span",
        "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":1544712661000000000,"kind":2,
        "status":{"code":"STATUS_CODE_OK"},"attributes":[{"key":"my.span.attr","value":{"intValue":"-5"}}]}]}]}]}
        """;
    var span =
        ExportTraceServiceRequest.parseFrom(decode(Signal.TRACES, json))
            .getResourceSpans(0)
            .getScopeSpans(0)
            .getSpans(0);
    assertThat(span.getName()).isEqualTo("I'm a server span");
    assertThat(span.getTraceId().size()).isEqualTo(16);
    assertThat(span.getStartTimeUnixNano()).isEqualTo(1544712660000000000L);
    assertThat(span.getEndTimeUnixNano()).isEqualTo(1544712661000000000L);
    assertThat(span.getKindValue()).isEqualTo(2);
    assertThat(span.getStatus().getCodeValue()).isEqualTo(1);
    assertThat(span.getAttributes(0).getValue().getIntValue()).isEqualTo(-5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{]",
        "nonsense",
        "{\"resourceMetrics\":{}}",
        "{\"resourceMetrics\":[1]}",
        "{} {}",
        "{\"resourceMetrics\":[{\"schemaUrl\":7}]}",
        "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"gauge\":{\"dataPoints\":[{\"timeUnixNano\":\"x\"}]}}]}]}]}",
        "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"sum\":{\"isMonotonic\":\"yes\"}}]}]}]}"
      })
  void whatIsNoRequestIsRefusedWithThePlace(String json) {
    assertThatThrownBy(() -> decode(Signal.METRICS, json))
        .isInstanceOf(OtlpException.class)
        .message()
        .isNotBlank();
  }

  @Test
  void endlessNestingIsRefused() {
    String open = "{\"arrayValue\":{\"values\":[".repeat(5_000);
    String json =
        "{\"resourceMetrics\":[{\"resource\":{\"attributes\":[{\"key\":\"a\",\"value\":" + open;
    assertThatThrownBy(() -> decode(Signal.METRICS, json)).isInstanceOf(OtlpException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void brokenJsonEndsInAClearErrorOrAMessage(long seed) throws OtlpException {
    var random = new Random(seed);
    byte[] whole =
        OtlpJson.toJson(
                Signal.LOGS, new RandomMessages(random, false).of(type(Signal.LOGS)).toByteArray())
            .getBytes(StandardCharsets.UTF_8);
    for (int round = 0; round < 3_000; round++) {
      byte[] broken = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
      broken[random.nextInt(broken.length)] = (byte) random.nextInt(128);
      try {
        assertThat(OtlpJson.toProtobuf(Signal.LOGS, broken)).isNotNull();
      } catch (OtlpException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  private static byte[] decode(Signal signal, String json) throws OtlpException {
    return OtlpJson.toProtobuf(signal, json.getBytes(StandardCharsets.UTF_8));
  }

  private static Message parse(Signal signal, byte[] bytes) throws InvalidProtocolBufferException {
    return DynamicMessage.parseFrom(type(signal), bytes);
  }

  private static Descriptor type(Signal signal) {
    return switch (signal) {
      case METRICS -> ExportMetricsServiceRequest.getDescriptor();
      case LOGS -> ExportLogsServiceRequest.getDescriptor();
      case TRACES -> ExportTraceServiceRequest.getDescriptor();
    };
  }
}
