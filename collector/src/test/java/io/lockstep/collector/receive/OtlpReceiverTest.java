package io.lockstep.collector.receive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnknownFieldSet;
import io.lockstep.collector.receive.Intake.Answer;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OtlpReceiverTest {
  private static final byte[] BODY = "some bytes".getBytes(UTF_8);

  private Rig rig;

  @BeforeEach
  void start() throws Exception {
    rig = new Rig(Rig.config());
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  private static void assertStatus(HttpResponse<byte[]> response, int status, int code, String part)
      throws Exception {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("content-type")).hasValue(Rig.PROTOBUF);
    var fields = UnknownFieldSet.parseFrom(CodedInputStream.newInstance(response.body()));
    assertThat(fields.getField(1).getVarintList()).containsExactly((long) code);
    assertThat(fields.getField(2).getLengthDelimitedList().getFirst().toStringUtf8())
        .contains(part);
  }

  @ParameterizedTest
  @EnumSource
  void handsOverProtobufAndAnswersWithAnEmptyMessage(Signal signal) throws Exception {
    var response = rig.send(signal.path(), Rig.PROTOBUF, BODY);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue(Rig.PROTOBUF);
    assertThat(response.body()).isEmpty();
    Ears.Heard heard = rig.ears.only();
    assertThat(heard.signal()).isEqualTo(signal);
    assertThat(heard.text()).isEqualTo("some bytes");
    assertThat(heard.id()).isNull();
    assertThat(heard.sender().name()).isEqualTo("local");
    assertThat(heard.sender().cluster()).isEqualTo("here");
    assertThat(heard.sender().hosts().test("any")).isTrue();
    String label = signal.name().toLowerCase(java.util.Locale.ROOT);
    assertThat(rig.count("lockstep_receive_requests_total", "signal", label)).isEqualTo(1);
    assertThat(rig.count("lockstep_receive_bytes_total")).isEqualTo(BODY.length);
    assertThat(rig.count("lockstep_receive_in_flight_bytes")).isZero();
    assertThat(rig.count("lockstep_receive_in_flight_requests")).isZero();
  }

  @Test
  void inflatesGzipOfAnySize() throws Exception {
    for (int length : new int[] {0, 1, 511, 512, 513, 100_000, 3_000_000}) {
      byte[] plain = new byte[length];
      new Random(length).nextBytes(plain);
      var response =
          rig.send(
              rig.post("/v1/logs", Rig.PROTOBUF, Rig.gzip(plain))
                  .header("Content-Encoding", "gzip"));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(rig.ears.only().length()).isEqualTo(length);
      rig.ears.heard.clear();
    }
    assertThat(rig.count("lockstep_receive_connections")).isEqualTo(1);
  }

  @Test
  void readsTheBatchId() throws Exception {
    rig.send(rig.post("/v1/metrics", Rig.PROTOBUF, BODY).header("lockstep-batch", "1/gpu-7/17/3"));
    assertThat(rig.ears.only().id()).isEqualTo(new BatchId("gpu-7", 17, 3));
    var response =
        rig.send(rig.post("/v1/metrics", Rig.PROTOBUF, BODY).header("lockstep-batch", "2/x"));
    assertStatus(response, 400, 3, "lockstep-batch must be 1/host/run/number");
    assertThat(rig.ears.heard).hasSize(1);
  }

  @Test
  void tellsWhatWasRefusedOfARequest() throws Exception {
    rig.ears.answer(new Answer.Stored(300, "host is not yours"));
    byte[] metrics = rig.send("/v1/metrics", Rig.PROTOBUF, BODY).body();
    var points = ExportMetricsServiceResponse.parseFrom(metrics).getPartialSuccess();
    assertThat(points.getRejectedDataPoints()).isEqualTo(300);
    assertThat(points.getErrorMessage()).isEqualTo("host is not yours");
    byte[] logs = rig.send("/v1/logs", Rig.PROTOBUF, BODY).body();
    var records = ExportLogsServiceResponse.parseFrom(logs).getPartialSuccess();
    assertThat(records.getRejectedLogRecords()).isEqualTo(300);
    byte[] traces = rig.send("/v1/traces", Rig.PROTOBUF, BODY).body();
    var spans = ExportTraceServiceResponse.parseFrom(traces).getPartialSuccess();
    assertThat(spans.getRejectedSpans()).isEqualTo(300);
    assertThat(rig.count("lockstep_receive_items_refused_total")).isEqualTo(900);
  }

  @ParameterizedTest
  @CsvSource({"METRICS,rejectedDataPoints", "LOGS,rejectedLogRecords", "TRACES,rejectedSpans"})
  void writesPartialSuccessAsJson(Signal signal, String name) {
    byte[] json = Reply.stored(Encoding.JSON, signal, new Answer.Stored(7, "because \"so\""));
    assertThat(new String(json, UTF_8))
        .isEqualTo(
            "{\"partialSuccess\":{\""
                + name
                + "\":\"7\",\"errorMessage\":\"because \\\"so\\\"\"}}");
    assertThat(new String(Reply.stored(Encoding.JSON, signal, new Answer.Stored(0, "")), UTF_8))
        .isEqualTo("{}");
  }

  @Test
  void namesThePathsAndTheMethod() throws Exception {
    var wrongPath = rig.send("/v1/metric", Rig.PROTOBUF, BODY);
    assertStatus(wrongPath, 404, 5, "/v1/metrics, /v1/logs, /v1/traces");
    var wrongMethod = rig.send(rig.request("/v1/logs").GET());
    assertThat(wrongMethod.statusCode()).isEqualTo(405);
    assertThat(wrongMethod.headers().firstValue("allow")).hasValue("POST");
    assertThat(new String(wrongMethod.body(), UTF_8))
        .isEqualTo("{\"code\":12,\"message\":\"/v1/logs takes POST\"}");
    assertThat(rig.ears.heard).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"text/plain", "application/x-protobufs", "application/grpc"})
  void refusesOtherContentTypes(String type) throws Exception {
    var response = rig.send("/v1/logs", type, BODY);
    assertThat(response.statusCode()).isEqualTo(415);
    assertThat(response.headers().firstValue("content-type")).hasValue(Rig.JSON);
    assertThat(new String(response.body(), UTF_8)).contains("application/x-protobuf", type);
  }

  @Test
  void refusesAMissingContentTypeAndOtherEncodings() throws Exception {
    var missing = rig.send(rig.request("/v1/logs").POST(BodyPublishers.ofByteArray(BODY)));
    assertThat(missing.statusCode()).isEqualTo(415);
    var deflate =
        rig.send(rig.post("/v1/logs", Rig.PROTOBUF, BODY).header("Content-Encoding", "deflate"));
    assertStatus(deflate, 415, 3, "must be one of gzip, zstd, or absent, is \"deflate\"");
    assertThat(deflate.headers().firstValue("accept-encoding")).hasValue("gzip, zstd");
  }

  @Test
  void answersMalformedLaterAndFailedEachInItsOwnWay() throws Exception {
    rig.ears.answer(new Answer.Malformed("field 3 ends early"));
    var malformed = rig.send("/v1/logs", Rig.PROTOBUF, BODY);
    assertStatus(malformed, 400, 3, "not OTLP: field 3 ends early");

    rig.ears.answer(new Answer.Later(Duration.ofMillis(2_100), "the store is behind"));
    var later = rig.send("/v1/logs", Rig.PROTOBUF, BODY);
    assertStatus(later, 503, 14, "the store is behind");
    assertThat(later.headers().firstValue("retry-after")).hasValue("3");

    rig.ears.answers = () -> CompletableFuture.failedFuture(new IllegalStateException("bug"));
    assertStatus(rig.send("/v1/logs", Rig.PROTOBUF, BODY), 500, 13, "its log says why");
    rig.ears.answers =
        () -> {
          throw new IllegalStateException("bug");
        };
    assertStatus(rig.send("/v1/logs", Rig.PROTOBUF, BODY), 500, 13, "its log says why");

    rig.ears.answer(Ears.STORED);
    assertThat(rig.send("/v1/logs", Rig.PROTOBUF, BODY).statusCode()).isEqualTo(200);
    assertThat(rig.count("lockstep_receive_refused_total", "reason", "failed")).isEqualTo(2);
    assertThat(rig.count("lockstep_receive_in_flight_bytes")).isZero();
  }

  @Test
  void takesJsonAndAnswersInJson() throws Exception {
    byte[] json =
        """
        {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"17",
         "body":{"stringValue":"link down"},"unknown":[{}]}]}]}]}
        """
            .getBytes(UTF_8);
    List<ByteString> taken = new ArrayList<>();
    rig.ears.listener = bytes -> taken.add(ByteString.copyFrom(bytes));
    for (boolean gzip : new boolean[] {false, true}) {
      var request = rig.post("/v1/logs", Rig.JSON, gzip ? Rig.gzip(json) : json);
      var response = rig.send(gzip ? request.header("Content-Encoding", "gzip") : request);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("content-type")).hasValue(Rig.JSON);
      assertThat(new String(response.body(), UTF_8)).isEqualTo("{}");
    }
    for (ByteString bytes : taken) {
      var record =
          ExportLogsServiceRequest.parseFrom(bytes)
              .getResourceLogs(0)
              .getScopeLogs(0)
              .getLogRecords(0);
      assertThat(record.getTimeUnixNano()).isEqualTo(17);
      assertThat(record.getBody().getStringValue()).isEqualTo("link down");
    }
    assertThat(taken).hasSize(2);
    rig.ears.answer(new Answer.Stored(1, "too old"));
    assertThat(new String(rig.send("/v1/logs", Rig.JSON, json).body(), UTF_8))
        .isEqualTo(
            "{\"partialSuccess\":{\"rejectedLogRecords\":\"1\",\"errorMessage\":\"too old\"}}");
  }

  @Test
  void answersBadJsonInJson() throws Exception {
    var response = rig.send("/v1/logs", "application/json; charset=utf-8", BODY);
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.headers().firstValue("content-type")).hasValue(Rig.JSON);
    assertThat(new String(response.body(), UTF_8)).contains("\"code\":3", "not OTLP");
    assertThat(rig.ears.heard).isEmpty();
  }

  @Test
  void refusesWebPagesWithoutTokens() throws Exception {
    var response =
        rig.send(rig.post("/v1/logs", Rig.PROTOBUF, BODY).header("Origin", "https://a.example"));
    assertStatus(response, 403, 7, "web pages");
  }

  @Test
  void goesOnWhenAskedToContinue() throws Exception {
    var request = rig.post("/v1/logs", Rig.PROTOBUF, new byte[100_000]).expectContinue(true);
    assertThat(rig.send(request).statusCode()).isEqualTo(200);
    assertThat(rig.ears.only().length()).isEqualTo(100_000);
  }

  @Test
  void answersWhatIsUnderWayBeforeItEnds() throws Exception {
    var answer = new CompletableFuture<Answer>();
    rig.ears.answers = () -> answer;
    var waiting = rig.sendLater(rig.post("/v1/logs", Rig.PROTOBUF, BODY));
    Rig.await(() -> rig.ears.heard.size() == 1);
    var closing = CompletableFuture.runAsync(rig.receiver::close);
    answer.complete(Ears.STORED);
    assertThat(waiting.get().statusCode()).isEqualTo(200);
    closing.get();
    rig.receiver.close();
  }
}
