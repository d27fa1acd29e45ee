package io.lockstep.telemetry.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import org.junit.jupiter.api.Test;

/// What a collector's answers say, against the generated classes of `opentelemetry-proto`.
class OtlpAnswerTest {
  private static final String PROTOBUF = "application/x-protobuf";

  @Test
  void aPartialSuccessSaysHowManyAndWhyWhateverTheSignal() {
    var metrics =
        ExportMetricsServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportMetricsPartialSuccess.newBuilder()
                    .setRejectedDataPoints(3)
                    .setErrorMessage("too\nold"))
            .build();
    var spans =
        ExportTraceServiceResponse.newBuilder()
            .setPartialSuccess(ExportTracePartialSuccess.newBuilder().setRejectedSpans(1L << 40))
            .build();
    assertThat(OtlpAnswer.taken(metrics.toByteArray()))
        .isEqualTo(new OtlpAnswer.Taken(3, "too old"));
    assertThat(OtlpAnswer.taken(spans.toByteArray())).isEqualTo(new OtlpAnswer.Taken(1L << 40, ""));
    assertThat(OtlpAnswer.taken(new byte[0])).isEqualTo(new OtlpAnswer.Taken(0, ""));
  }

  @Test
  void whatIsNoSuchAnswerIsToldFromOneThatLostNothing() {
    assertThat(OtlpAnswer.taken("<html>It works!</html>".getBytes(UTF_8))).isNull();
  }

  @Test
  void anErrorIsReadFromItsStatusAndFromPlainText() {
    var status =
        UnknownFieldSet.newBuilder()
            .addField(2, field("the store\u0000 is full\n").build())
            .addField(9, field("else").build())
            .build();
    assertThat(OtlpAnswer.error(PROTOBUF, status.toByteArray())).isEqualTo("the store is full");
    assertThat(OtlpAnswer.error("text/plain", "no\r\nway ".getBytes(UTF_8))).isEqualTo("no way");
    assertThat(OtlpAnswer.error(PROTOBUF, new byte[] {(byte) 0xff})).isEmpty();
    assertThat(OtlpAnswer.error("text/html", "x".repeat(5000).getBytes(UTF_8)))
        .hasSize(301)
        .endsWith("…");
  }

  private static UnknownFieldSet.Field.Builder field(String text) {
    return UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.copyFromUtf8(text));
  }
}
