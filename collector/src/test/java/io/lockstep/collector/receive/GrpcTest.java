package io.lockstep.collector.receive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnknownFieldSet;
import io.lockstep.collector.receive.Intake.Answer;
import io.lockstep.telemetry.config.Listen;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GrpcTest {
  private static final byte[] MESSAGE = "some bytes".getBytes(UTF_8);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void handsOverTheMessageAndAnswersWithAnEmptyOne(Signal signal) throws Exception {
    try (var rig = new Rig(Rig.config());
        var client = new GrpcClient(rig.receiver.grpcPort())) {
      var reply = client.call(signal.method(), GrpcClient.frame(MESSAGE));
      assertThat(reply.httpStatus()).isEqualTo(200);
      assertThat(reply.header("content-type")).isEqualTo("application/grpc");
      assertThat(reply.status()).isZero();
      assertThat(reply.message()).isEmpty();
      assertThat(rig.ears.only().signal()).isEqualTo(signal);
      assertThat(rig.ears.only().text()).isEqualTo("some bytes");
      assertThat(rig.count("lockstep_receive_requests_total", "protocol", "grpc")).isEqualTo(1);
      assertThat(rig.count("lockstep_receive_in_flight_bytes")).isZero();
    }
  }

  @Test
  void takesGzipAndPlainMessagesOfAnySizeWithTheirBatchIds() throws Exception {
    try (var rig = new Rig(Rig.config());
        var client = new GrpcClient(rig.receiver.grpcPort())) {
      for (int length : new int[] {0, 1, 511, 100_000, 3_000_000}) {
        byte[] plain = new byte[length];
        new Random(length).nextBytes(plain);
        var gzip =
            client.call(
                Signal.LOGS.method(),
                GrpcClient.frame(1, Rig.gzip(plain)),
                "grpc-encoding",
                "gzip",
                "lockstep-batch",
                "1/gpu-7/17/3");
        assertThat(gzip.status()).isZero();
        assertThat(rig.ears.only().length()).isEqualTo(length);
        assertThat(rig.ears.only().id()).isEqualTo(new BatchId("gpu-7", 17, 3));
        rig.ears.heard.clear();
        // A sender that has agreed on gzip may still send a small message as it is.
        var bare =
            client.call(Signal.LOGS.method(), GrpcClient.frame(0, plain), "grpc-encoding", "gzip");
        assertThat(bare.status()).isZero();
        assertThat(rig.ears.only().length()).isEqualTo(length);
        rig.ears.heard.clear();
      }
      assertThat(rig.count("lockstep_receive_connections")).isEqualTo(1);
    }
  }

  @Test
  void tellsWhatWasRefusedOfACall() throws Exception {
    try (var rig = new Rig(Rig.config());
        var client = new GrpcClient(rig.receiver.grpcPort())) {
      rig.ears.answer(new Answer.Stored(300, "host is not yours"));
      var reply = client.call(Signal.METRICS.method(), GrpcClient.frame(MESSAGE));
      assertThat(reply.status()).isZero();
      var partial = ExportMetricsServiceResponse.parseFrom(reply.message()).getPartialSuccess();
      assertThat(partial.getRejectedDataPoints()).isEqualTo(300);
      assertThat(partial.getErrorMessage()).isEqualTo("host is not yours");
      assertThat(rig.count("lockstep_receive_items_refused_total")).isEqualTo(300);
    }
  }

  @Test
  void saysWhenToComeAgain() throws Exception {
    try (var rig = new Rig(Rig.config());
        var client = new GrpcClient(rig.receiver.grpcPort())) {
      rig.ears.answer(new Answer.Later(Duration.ofMillis(2_100), "the störe is 100% full"));
      var reply = client.call(Signal.METRICS.method(), GrpcClient.frame(MESSAGE));
      assertThat(reply.status()).isEqualTo(14);
      assertThat(reply.header("grpc-message")).isEqualTo("the st%C3%B6re is 100%25 full");
      assertThat(reply.header("grpc-retry-pushback-ms")).isEqualTo("2100");
      var status = fields(Base64.getDecoder().decode(reply.header("grpc-status-details-bin")));
      assertThat(status.getField(1).getVarintList()).containsExactly(14L);
      var detail = fields(status.getField(3).getLengthDelimitedList().getFirst().toByteArray());
      assertThat(detail.getField(1).getLengthDelimitedList().getFirst().toStringUtf8())
          .isEqualTo("type.googleapis.com/google.rpc.RetryInfo");
      var info = fields(detail.getField(2).getLengthDelimitedList().getFirst().toByteArray());
      var delay = fields(info.getField(1).getLengthDelimitedList().getFirst().toByteArray());
      assertThat(delay.getField(1).getVarintList()).containsExactly(2L);
      assertThat(delay.getField(2).getVarintList()).containsExactly(100_000_000L);
    }
  }

  private static UnknownFieldSet fields(byte[] bytes) throws IOException {
    return UnknownFieldSet.parseFrom(CodedInputStream.newInstance(bytes));
  }

  @Test
  void isExhaustedBeyondTheBytesInFlight() throws Exception {
    try (var rig = new Rig(Rig.limits(1_000, 1_000, 2_500, 2_500));
        var client = new GrpcClient(rig.receiver.grpcPort())) {
      var answer = new CompletableFuture<Answer>();
      rig.ears.answers = () -> answer;
      var first = client.begin(Signal.LOGS.method(), GrpcClient.frame(new byte[995]));
      var second = client.begin(Signal.LOGS.method(), GrpcClient.frame(new byte[995]));
      Rig.await(() -> rig.ears.heard.size() == 2);
      var third = client.call(Signal.LOGS.method(), GrpcClient.frame(new byte[995]));
      assertThat(third.status()).isEqualTo(8);
      assertThat(third.header("grpc-retry-pushback-ms")).isEqualTo("1000");
      answer.complete(Ears.STORED);
      assertThat(first.get().status()).isZero();
      assertThat(second.get().status()).isZero();
      assertThat(rig.count("lockstep_receive_in_flight_bytes")).isZero();
    }
  }

  @Test
  void refusesEachMistakeByName() throws Exception {
    try (var rig = new Rig(Rig.limits(1_000, 1_000, 8_000, 8_000));
        var client = new GrpcClient(rig.receiver.grpcPort())) {
      byte[] frame = GrpcClient.frame(MESSAGE);
      String logs = Signal.LOGS.method();
      refused(client.call("/opentelemetry.Nothing/Export", frame), 12, "MetricsService/Export");
      refused(
          client.call(logs, frame, "grpc-encoding", "snappy"),
          12,
          "grpc-encoding must be one of gzip, zstd");
      refused(client.call(logs, frame, "lockstep-batch", "2/x"), 3, "1/host/run/number");
      refused(client.call(logs, new byte[0]), 3, "no whole message");
      refused(client.call(logs, new byte[] {0, 0, 0}), 3, "no whole message");
      refused(client.call(logs, new byte[] {0, -1, -1, -1, -1, 7}), 3, "has 4294967295 bytes");
      refused(client.call(logs, GrpcClient.frame(1, MESSAGE)), 3, "grpc-encoding says not how");
      refused(client.call(logs, GrpcClient.frame(2, MESSAGE)), 3, "grpc-encoding says not how");
      refused(client.call(logs, GrpcClient.frame(1, MESSAGE), "grpc-encoding", "gzip"), 3, "gzip");
      refused(client.call(logs, GrpcClient.frame(new byte[1_001])), 3, "receive.body_max");
      refused(client.call(logs, frame, "origin", "https://a.example"), 7, "web pages");
      var json = client.call(logs, frame, "content-type", "application/grpc+json");
      assertThat(json.httpStatus()).isEqualTo(415);
      rig.ears.answer(new Answer.Malformed("field 3 ends early"));
      refused(client.call(logs, frame), 3, "not OTLP: field 3 ends early");
      rig.ears.answers = () -> CompletableFuture.failedFuture(new IllegalStateException("bug"));
      refused(client.call(logs, frame), 13, "its log says why");
      assertThat(rig.count("lockstep_receive_connections")).isEqualTo(1);
      assertThat(rig.count("lockstep_receive_in_flight_bytes")).isZero();
    }
  }

  private static void refused(GrpcClient.Reply reply, int code, String part) {
    assertThat(reply.httpStatus()).isEqualTo(200);
    assertThat(reply.header("grpc-message")).contains(part);
    assertThat(reply.status()).isEqualTo(code);
  }

  @Test
  void asksForATokenAndTakesItsCluster() throws Exception {
    Path tokens = folder.resolve("tokens");
    Files.writeString(tokens, "rack prod gpu-1-* rack-token-0123456789");
    var listen = new Listen("127.0.0.1:0", null, null, tokens, false);
    try (var rig = new Rig(Rig.config(listen));
        var client = new GrpcClient(rig.receiver.grpcPort())) {
      byte[] frame = GrpcClient.frame(MESSAGE);
      refused(client.call(Signal.LOGS.method(), frame), 16, "send a token");
      refused(
          client.call(Signal.LOGS.method(), frame, "authorization", "Bearer wrong"), 16, "token");
      var taken =
          client.call(Signal.LOGS.method(), frame, "authorization", "Bearer rack-token-0123456789");
      assertThat(taken.status()).isZero();
      assertThat(rig.ears.only().sender().name()).isEqualTo("rack");
      assertThat(rig.ears.only().sender().cluster()).isEqualTo("prod");
    }
  }

  @Test
  void tellsWhoSpeaksHttpThereWhereThatGoes() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      var response = rig.sendTo(rig.receiver.grpcPort(), "/v1/logs", Rig.PROTOBUF, MESSAGE);
      assertThat(response.statusCode()).isEqualTo(415);
      assertThat(new String(response.body(), UTF_8)).contains("OTLP over HTTP is taken at");
      assertThat(rig.ears.heard).isEmpty();
    }
  }

  @Test
  void endsTheCallThatDripsInAndNoOther() throws Exception {
    try (var rig = new Rig(Rig.timeouts(Duration.ofMillis(300), Duration.ofSeconds(60), 10));
        var client = new GrpcClient(rig.receiver.grpcPort())) {
      var dripping = client.open(Signal.LOGS.method());
      dripping.write(new byte[] {0, 0, 0, 0, 100, 1});
      assertThat(dripping.reply().get().status()).isEqualTo(4);
      assertThat(client.call(Signal.LOGS.method(), GrpcClient.frame(MESSAGE)).status()).isZero();
      Rig.await(() -> rig.count("lockstep_receive_in_flight_bytes") == 0);
      assertThat(rig.count("lockstep_receive_connections")).isEqualTo(1);
    }
  }

  @Test
  void forgetsACallThatIsTakenBack() throws Exception {
    try (var rig = new Rig(Rig.config());
        var client = new GrpcClient(rig.receiver.grpcPort())) {
      var open = client.open(Signal.LOGS.method());
      open.write(new byte[] {0, 0, 0, 0, 100, 1});
      Rig.await(() -> rig.count("lockstep_receive_in_flight_bytes") == 6);
      open.reset();
      Rig.await(() -> rig.count("lockstep_receive_in_flight_bytes") == 0);
      Rig.await(() -> rig.count("lockstep_receive_in_flight_requests") == 0);
      assertThat(rig.count("lockstep_receive_aborted_total")).isEqualTo(1);
    }
  }

  @Test
  void hasNoMoreCallsUnderWayOnAConnectionThanItSays() throws Exception {
    try (var rig = new Rig(Rig.config());
        var client = new GrpcClient(rig.receiver.grpcPort())) {
      var answer = new CompletableFuture<Answer>();
      rig.ears.answers = () -> answer;
      List<CompletableFuture<GrpcClient.Reply>> calls = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        calls.add(client.begin(Signal.LOGS.method(), GrpcClient.frame(MESSAGE)));
      }
      Rig.await(() -> rig.ears.heard.size() == 64);
      var next =
          CompletableFuture.supplyAsync(
              () -> client.callUnchecked(Signal.LOGS.method(), GrpcClient.frame(MESSAGE)));
      var other = rig.sendLater(rig.post("/v1/metrics", Rig.PROTOBUF, MESSAGE));
      Rig.await(() -> rig.ears.heard.size() == 65);
      assertThat(rig.ears.heard).filteredOn(one -> one.signal() == Signal.LOGS).hasSize(64);
      answer.complete(Ears.STORED);
      for (var call : calls) {
        assertThat(call.get().status()).isZero();
      }
      assertThat(next.get().status()).isZero();
      assertThat(other.get().statusCode()).isEqualTo(200);
    }
  }

  @Test
  void closesAConnectionThatOpensAndResetsWithoutEnd() throws Exception {
    try (var rig = new Rig(Rig.config());
        var client = new GrpcClient(rig.receiver.grpcPort())) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 2_000; i++) {
                  var open = client.open(Signal.LOGS.method());
                  open.write(new byte[] {0});
                  open.reset();
                }
              })
          .isInstanceOf(Exception.class);
      Rig.await(() -> rig.count("lockstep_receive_connections") == 0);
      Rig.await(() -> rig.count("lockstep_receive_in_flight_requests") == 0);
    }
  }

  @Test
  void refusesAHeadWithoutEnd() throws Exception {
    try (var rig = new Rig(Rig.config());
        var client = new GrpcClient(rig.receiver.grpcPort())) {
      assertThatThrownBy(() ->
              client.call(Signal.LOGS.method(), GrpcClient.frame(MESSAGE), "x", "y".repeat(20_000)))
          .isInstanceOf(Exception.class);
      assertThat(rig.ears.heard).isEmpty();
    }
  }

  @Test
  void canBeOff() throws Exception {
    try (var rig = new Rig(Rig.withoutGrpc())) {
      assertThat(rig.receiver.grpcPort()).isZero();
      assertThat(rig.send("/v1/logs", Rig.PROTOBUF, MESSAGE).statusCode()).isEqualTo(200);
    }
  }
}
