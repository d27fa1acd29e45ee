package io.lockstep.collector.receive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.lockstep.telemetry.otlp.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ZstdTest {
  private static HttpResponse<byte[]> send(Rig rig, byte[] body) throws Exception {
    return rig.send(rig.post("/v1/logs", Rig.PROTOBUF, body).header("Content-Encoding", "zstd"));
  }

  private static void refused(Rig rig, byte[] body, int status, String part) throws Exception {
    var response = send(rig, body);
    assertThat(new String(response.body(), UTF_8)).contains(part);
    assertThat(response.statusCode()).isEqualTo(status);
  }

  /// Without its length in its head, as who compresses while sending writes it.
  private static byte[] streamed(byte[] plain, int windowLog) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zstd = new ZstdOutputStreamNoFinalizer(out)) {
      zstd.setLong(windowLog);
      zstd.write(plain);
      zstd.flush();
      zstd.write(plain);
    }
    return out.toByteArray();
  }

  private static void assertNothingHeld(Rig rig) throws InterruptedException {
    Rig.await(() -> rig.count("lockstep_receive_in_flight_bytes") == 0);
  }

  @Test
  void inflatesBodiesOfAnySizeWithAndWithoutTheirLength() throws Exception {
    try (var rig = new Rig(Rig.config());
        var grpc = new GrpcClient(rig.receiver.grpcPort())) {
      for (int length : new int[] {0, 1, 511, 512, 513, 100_000, 3_000_000}) {
        byte[] plain = new byte[length];
        new Random(length).nextBytes(plain);
        assertThat(send(rig, Zstd.compress(plain)).statusCode()).isEqualTo(200);
        assertThat(rig.ears.only().length()).isEqualTo(length);
        rig.ears.heard.clear();
        assertThat(send(rig, streamed(plain, 23)).statusCode()).isEqualTo(200);
        assertThat(rig.ears.only().length()).isEqualTo(2 * length);
        rig.ears.heard.clear();
        byte[] frame = GrpcClient.frame(1, Zstd.compress(plain));
        var reply = grpc.call(Signal.LOGS.method(), frame, "grpc-encoding", "zstd");
        assertThat(reply.status()).isZero();
        assertThat(rig.ears.only().length()).isEqualTo(length);
        rig.ears.heard.clear();
      }
      assertNothingHeld(rig);
    }
  }

  @Test
  void stopsABombAtItsRatioAndAtItsSize() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      byte[] byRatio = Zstd.compress(new byte[100 << 20]);
      refused(rig, byRatio, 413, "inflates to more than");
      byte[] mixed = new byte[100 << 20];
      byte[] noise = new byte[1 << 20];
      new Random(7).nextBytes(noise);
      System.arraycopy(noise, 0, mixed, 0, noise.length);
      byte[] bySize = streamed(mixed, 20);
      assertThat(200L * bySize.length).isGreaterThan(64 << 20);
      refused(rig, bySize, 413, "inflates to more than 67108864");
      assertThat(rig.ears.heard).isEmpty();
      assertNothingHeld(rig);
    }
  }

  @Test
  void doesNotMakeTheWindowThatAHostileHeadAsksFor() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      // Magic number, no flags, a window of 2^(10+21) bytes, one raw last block of one byte.
      byte[] huge = HexFormat.of().parseHex("28b52ffd" + "00" + "a8" + "090000" + "61");
      refused(rig, huge, 400, "not whole zstd");
      byte[] plain = new byte[20 << 20];
      new Random(9).nextBytes(plain);
      refused(rig, Arrays.copyOf(streamed(plain, 25), 1 << 20), 400, "not whole zstd");
      // The same with 1 MiB is taken.
      byte[] small = HexFormat.of().parseHex("28b52ffd" + "00" + "50" + "090000" + "61");
      assertThat(send(rig, small).statusCode()).isEqualTo(200);
      assertThat(rig.ears.only().text()).isEqualTo("a");
      assertNothingHeld(rig);
    }
  }

  @Test
  void doesNotBelieveTheLengthThatAHeadDeclares() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      // Single segment, its length in eight bytes: 2^40, and nearly 2^63.
      refused(rig, HexFormat.of().parseHex("28b52ffde00000000000010000" + "09000061"), 400, "zstd");
      refused(rig, HexFormat.of().parseHex("28b52ffde0ffffffffffffff7f" + "09000061"), 400, "zstd");
      assertNothingHeld(rig);
    }
  }

  @Test
  void refusesWhatIsCutOrIsNone() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      byte[] text = "a b c a b c d".repeat(500).getBytes(UTF_8);
      byte[] zstd = Zstd.compress(text);
      for (int length = 1; length < zstd.length; length++) {
        assertThat(send(rig, Arrays.copyOf(zstd, length)).statusCode()).isEqualTo(400);
      }
      var random = new Random(5);
      for (int i = 0; i < 200; i++) {
        byte[] bytes = zstd.clone();
        bytes[random.nextInt(4)] ^= (byte) (1 << random.nextInt(8));
        assertThat(send(rig, bytes).statusCode()).isEqualTo(400);
      }
      assertThat(rig.ears.heard).isEmpty();
      for (int i = 0; i < 2_000; i++) {
        byte[] bytes = zstd.clone();
        for (int flips = 0; flips < 3; flips++) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        assertThat(send(rig, bytes).statusCode()).isIn(200, 400, 413);
      }
      assertNothingHeld(rig);
    }
  }
}
