package io.lockstep.collector.receive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.receive.Intake.Answer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class HostileSenderTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final String HEAD =
      "POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n";

  private static byte[] bomb(int mebibytes) throws IOException {
    var out = new ByteArrayOutputStream();
    byte[] zeros = new byte[1 << 20];
    try (var gzip = new GZIPOutputStream(out)) {
      for (int i = 0; i < mebibytes; i++) {
        gzip.write(zeros);
      }
    }
    return out.toByteArray();
  }

  private static HttpResponse<byte[]> sendGzip(Rig rig, byte[] gzip) throws Exception {
    return rig.send(rig.post("/v1/logs", Rig.PROTOBUF, gzip).header("Content-Encoding", "gzip"));
  }

  private static void assertNothingHeld(Rig rig) throws InterruptedException {
    Rig.await(() -> rig.count("lockstep_receive_in_flight_bytes") == 0);
    Rig.await(() -> rig.count("lockstep_receive_in_flight_requests") == 0);
  }

  @Test
  void stopsAGzipBombAtItsRatioAndAtItsSize() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      byte[] byRatio = bomb(100);
      assertThat(sendGzip(rig, byRatio).statusCode()).isEqualTo(413);
      byte[] bySize = bomb(400);
      assertThat(200L * bySize.length).isGreaterThan(64 << 20);
      var response = sendGzip(rig, bySize);
      assertThat(response.statusCode()).isEqualTo(413);
      assertThat(new String(response.body(), UTF_8)).contains("inflates to more than 67108864");
      assertThat(rig.ears.heard).isEmpty();
      assertNothingHeld(rig);
    }
  }

  @Test
  void holdsNoMoreThanItMayForManyBombsAtOnce() throws Exception {
    try (var rig = new Rig(Rig.limits(1 << 20, 32 << 20, 64 << 20, 64 << 20))) {
      byte[] bomb = bomb(200);
      List<CompletableFuture<HttpResponse<byte[]>>> waiting = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        waiting.add(
            rig.sendLater(
                rig.post("/v1/logs", Rig.PROTOBUF, bomb).header("Content-Encoding", "gzip")));
      }
      for (var one : waiting) {
        assertThat(one.get().statusCode()).isIn(413, 429);
      }
      assertThat(rig.ears.heard).isEmpty();
      assertNothingHeld(rig);
    }
  }

  @Test
  void doesNotBelieveTheSizeThatGzipDeclares() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      byte[] gzip = Rig.gzip("small".getBytes(UTF_8));
      Arrays.fill(gzip, gzip.length - 4, gzip.length, (byte) 0xff);
      assertThat(sendGzip(rig, gzip).statusCode()).isEqualTo(400);
      byte[] members = new byte[2 * gzip.length];
      byte[] good = Rig.gzip("small".getBytes(UTF_8));
      System.arraycopy(good, 0, members, 0, good.length);
      System.arraycopy(good, 0, members, good.length, good.length);
      assertThat(sendGzip(rig, members).statusCode()).isEqualTo(200);
      assertThat(rig.ears.only().text()).isEqualTo("smallsmall");
      assertNothingHeld(rig);
    }
  }

  @Test
  void refusesGzipThatIsCutOrIsNone() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      byte[] gzip = Rig.gzip(new byte[10_000]);
      for (int length = 0; length < gzip.length; length++) {
        var response = sendGzip(rig, Arrays.copyOf(gzip, length));
        assertThat(response.statusCode()).isEqualTo(400);
      }
      var random = new Random(5);
      for (int i = 0; i < 50; i++) {
        byte[] bytes = new byte[random.nextInt(2_000)];
        random.nextBytes(bytes);
        assertThat(sendGzip(rig, bytes).statusCode()).isEqualTo(400);
      }
      assertThat(rig.ears.heard).isEmpty();
      assertNothingHeld(rig);
    }
  }

  @Test
  void refusesABodyBeyondItsLimitDeclaredOrNot() throws Exception {
    try (var rig = new Rig(Rig.limits(1 << 20, 1 << 20, 8 << 20, 8 << 20))) {
      byte[] large = new byte[(1 << 20) + 1];
      var declared = rig.send("/v1/logs", Rig.PROTOBUF, large);
      assertThat(declared.statusCode()).isEqualTo(413);
      assertThat(new String(declared.body(), UTF_8)).contains("receive.body_max");
      byte[] huge = new byte[40 << 20];
      var chunked =
          rig.send(
              rig.request("/v1/logs")
                  .header("Content-Type", Rig.PROTOBUF)
                  .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(huge))));
      assertThat(chunked.statusCode()).isEqualTo(413);
      var whole = rig.send("/v1/logs", Rig.PROTOBUF, new byte[1 << 20]);
      assertThat(whole.statusCode()).isEqualTo(200);
      assertThat(rig.ears.only().length()).isEqualTo(1 << 20);
      assertNothingHeld(rig);
    }
  }

  @Test
  void forgetsARequestWhoseSenderGoesAwayInTheMiddle() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      try (Socket socket = rig.connect()) {
        write(socket, HEAD + "Content-Length: 100\r\n\r\nonly some");
        Rig.await(() -> rig.count("lockstep_receive_in_flight_bytes") == 9);
      }
      assertNothingHeld(rig);
      Rig.await(() -> rig.count("lockstep_receive_aborted_total") == 1);
      Rig.await(() -> rig.count("lockstep_receive_connections") == 0);
      assertThat(rig.ears.heard).isEmpty();
    }
  }

  @Test
  void holdsWhatTheIntakeHasEvenWhenTheSenderGoesAway() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      var answer = new CompletableFuture<Answer>();
      rig.ears.answers = () -> answer;
      try (Socket socket = rig.connect()) {
        write(socket, HEAD + "Content-Length: 4\r\n\r\nsome");
        Rig.await(() -> rig.ears.heard.size() == 1);
      }
      Rig.await(() -> rig.count("lockstep_receive_connections") == 0);
      assertThat(rig.count("lockstep_receive_in_flight_bytes")).isEqualTo(4);
      answer.complete(Ears.STORED);
      assertNothingHeld(rig);
    }
  }

  @Test
  void endsABodyThatDripsIn() throws Exception {
    try (var rig = new Rig(Rig.timeouts(SHORT, LONG, 10));
        Socket socket = rig.connect()) {
      write(socket, HEAD + "Content-Length: 100\r\n\r\n");
      Thread dripping = drip(socket, "x");
      assertThat(Rig.readAll(socket)).startsWith("HTTP/1.1 408 ").contains("300ms to arrive");
      dripping.join();
      assertNothingHeld(rig);
    }
  }

  @Test
  void endsAHeadThatDripsIn() throws Exception {
    try (var rig = new Rig(Rig.timeouts(SHORT, SHORT.multipliedBy(2), 10));
        Socket socket = rig.connect()) {
      write(socket, HEAD);
      Thread dripping = drip(socket, "x");
      assertThat(Rig.readAll(socket)).isEmpty();
      dripping.join();
      Rig.await(() -> rig.count("lockstep_receive_connections") == 0);
    }
  }

  @Test
  void answersLaterWhenTheIntakeDoesNot() throws Exception {
    try (var rig = new Rig(Rig.timeouts(SHORT, LONG, 10))) {
      rig.ears.answers = CompletableFuture::new;
      var response = rig.send("/v1/logs", Rig.PROTOBUF, new byte[5]);
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.headers().firstValue("retry-after")).hasValue("1");
      assertThat(rig.count("lockstep_receive_in_flight_bytes")).isEqualTo(5);
    }
  }

  @Test
  void refusesWhatIsBeyondTheBytesInFlight() throws Exception {
    try (var rig = new Rig(Rig.limits(1_000, 1_000, 2_500, 2_500))) {
      var answer = new CompletableFuture<Answer>();
      rig.ears.answers = () -> answer;
      var first = rig.sendLater(rig.post("/v1/logs", Rig.PROTOBUF, new byte[1_000]));
      var second = rig.sendLater(rig.post("/v1/logs", Rig.PROTOBUF, new byte[1_000]));
      Rig.await(() -> rig.ears.heard.size() == 2);
      var third = rig.send("/v1/logs", Rig.PROTOBUF, new byte[1_000]);
      assertThat(third.statusCode()).isEqualTo(429);
      assertThat(third.headers().firstValue("retry-after")).hasValue("1");
      assertThat(rig.count("lockstep_receive_refused_total", "reason", "busy")).isEqualTo(1);
      answer.complete(Ears.STORED);
      assertThat(first.get().statusCode()).isEqualTo(200);
      assertThat(second.get().statusCode()).isEqualTo(200);
      assertThat(rig.send("/v1/logs", Rig.PROTOBUF, new byte[1_000]).statusCode()).isEqualTo(200);
      assertNothingHeld(rig);
    }
  }

  @Test
  void closesConnectionsBeyondTheBound() throws Exception {
    try (var rig = new Rig(Rig.timeouts(SHORT, LONG, 2));
        Socket _ = rig.connect();
        Socket _ = rig.connect()) {
      Rig.await(() -> rig.count("lockstep_receive_connections") == 2);
      try (Socket third = rig.connect()) {
        assertThat(Rig.readAll(third)).isEmpty();
      }
      Rig.await(() -> rig.count("lockstep_receive_connections_refused_total") == 1);
    }
  }

  @Test
  void dropsAChunkedBodyWithoutChunks() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      try (Socket socket = rig.connect()) {
        write(socket, HEAD + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nnonsense\r\n");
        Rig.readAll(socket);
      }
      assertNothingHeld(rig);
      assertThat(rig.count("lockstep_receive_aborted_total")).isEqualTo(1);
      assertThat(rig.ears.heard).isEmpty();
    }
  }

  @Test
  void answersWhatIsNotHttp() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      try (Socket socket = rig.connect()) {
        write(socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        assertThat(Rig.readAll(socket)).contains(" 501 Not Implemented");
      }
      try (Socket socket = rig.connect()) {
        write(socket, "nonsense\r\n\r\n");
        assertThat(Rig.readAll(socket)).contains(" 400 Bad Request");
      }
      try (Socket socket = rig.connect()) {
        write(socket, "GET / HTTP/1.1\r\nX: " + "y".repeat(20_000) + "\r\n\r\n");
        assertThat(Rig.readAll(socket)).startsWith("HTTP/1.1 431 ");
      }
      assertThat(rig.count("lockstep_receive_not_http_total")).isEqualTo(2);
      assertThat(rig.send("/v1/logs", Rig.PROTOBUF, new byte[1]).statusCode()).isEqualTo(200);
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /// Writes a character every now and then until the other side has closed.
  private static Thread drip(Socket socket, String text) {
    return Thread.ofVirtual()
        .start(() -> {
          try {
            for (int i = 0; i < 1_000; i++) {
              write(socket, text);
              Thread.sleep(50);
            }
          } catch (IOException | InterruptedException _) {
            // Closed, as it should be.
          }
        });
  }
}
