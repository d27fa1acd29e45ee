package io.lockstep.agent.send;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.batch.Batch;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a collector may answer, to the byte; and what is no collector.
class ConnectionTest {
  private static final String TAKEN = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  private static final String JSON = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
  private static final Answer ACKNOWLEDGED = new Answer.Acknowledged(0, "");

  /// Says what stands there to one request, and closes the connection where it says so.
  private record Saying(String text, boolean close) {}

  private final Queue<ArrayDeque<Saying>> connections = new ConcurrentLinkedQueue<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private ServerSocket server;
  private Collector collector;

  @BeforeEach
  void open() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
    collector = collector(Duration.ofSeconds(5));
  }

  @AfterEach
  void close() throws IOException {
    collector.close();
    server.close();
  }

  private Collector collector(Duration timeout) throws IOException {
    var url = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/otlp/");
    return new Collector(List.of(url), new Collector.Config(null, null, timeout), "test");
  }

  /// One connection more, on which these are said, one for a request.
  private void connection(Saying... sayings) {
    connections.add(new ArrayDeque<>(List.of(sayings)));
  }

  private static Saying stays(String text) {
    return new Saying(text, false);
  }

  private static Saying closes(String text) {
    return new Saying(text, true);
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        accepted.incrementAndGet();
        ArrayDeque<Saying> sayings = connections.remove();
        Thread.ofVirtual().start(() -> serve(socket, sayings));
      }
    } catch (IOException _) {
      // closed
    }
  }

  private void serve(Socket socket, ArrayDeque<Saying> sayings) {
    try (socket) {
      while (!sayings.isEmpty()) {
        requests.add(request(socket.getInputStream()));
        Saying saying = sayings.remove();
        socket.getOutputStream().write(saying.text().getBytes(ISO_8859_1));
        if (saying.close()) {
          return;
        }
      }
      socket.getInputStream().read(); // until the agent lets go of it
    } catch (IOException _) {
      // the agent has closed it
    }
  }

  private static String request(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int one = in.read();
      if (one < 0) {
        throw new IOException("ended");
      }
      head.append((char) one);
    }
    String length = head.toString().replaceAll("(?s).*Content-Length: ([0-9]+).*", "$1");
    return head + new String(in.readNBytes(Integer.parseInt(length)), ISO_8859_1);
  }

  private Answer post(int number) {
    return collector.post(
        new Batch(new BatchId("node-1", 1, number), Signal.METRICS, 0, new byte[] {'x', 'y'}));
  }

  @Test
  void aRequestIsWhatTheProtocolWants() {
    connection(stays(TAKEN));
    assertThat(post(7)).isEqualTo(ACKNOWLEDGED);
    assertThat(requests)
        .containsExactly(
            "POST /otlp/v1/metrics HTTP/1.1\r\nHost: 127.0.0.1:"
                + server.getLocalPort()
                + "\r\nUser-Agent: lockstep-agent/test\r\nAccept: application/x-protobuf\r\n"
                + "Content-Type: application/x-protobuf\r\nContent-Encoding: gzip\r\n"
                + "lockstep-batch: 1/node-1/1/7\r\nContent-Length: 2\r\n\r\nxy");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        TAKEN,
        "HTTP/1.1 200\r\ncontent-length:0\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + TAKEN,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        JSON + "Transfer-Encoding: Chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nX: y\r\n\r\n",
        JSON + "Content-Length: 2\r\n\r\n{}"
      })
  void theConnectionIsKeptAfterAnAnswerThatHasAnEnd(String answer) {
    connection(stays(answer), stays(TAKEN));
    assertThat(post(0)).isEqualTo(ACKNOWLEDGED);
    assertThat(post(1)).isEqualTo(ACKNOWLEDGED);
    assertThat(accepted).hasValue(1);
  }

  @Test
  void anAnswerWithoutBodyByItsStatusHasAnEndToo() {
    connection(stays("HTTP/1.1 204 No Content\r\n\r\n"), stays(TAKEN));
    assertThat(post(0)).isInstanceOf(Answer.Misconfigured.class);
    assertThat(post(1)).isEqualTo(ACKNOWLEDGED);
    assertThat(accepted).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        TAKEN + "HTTP/1.1 200 OK\r\n"
      })
  void aConnectionThatEndsOrSaysTooMuchIsNotUsedAgain(String answer) {
    connection(closes(answer));
    connection(stays(TAKEN));
    assertThat(post(0)).isEqualTo(ACKNOWLEDGED);
    assertThat(post(1)).isEqualTo(ACKNOWLEDGED);
    assertThat(requests).hasSize(2);
  }

  @Test
  void oneThatWasClosedMeanwhileCostsNoBatchAndNoAnswer() {
    connection(closes(TAKEN));
    connection(stays(TAKEN));
    assertThat(post(0)).isEqualTo(ACKNOWLEDGED);
    assertThat(post(1)).isEqualTo(ACKNOWLEDGED);
    assertThat(accepted).hasValue(2);
    assertThat(requests).hasSize(2);
  }

  @Test
  void aKeptOneThatClosesWithoutAnAnswerIsTriedOnceMoreAndOnlyOnce() {
    connection(stays(TAKEN), closes(""));
    connection(closes(""));
    assertThat(post(0)).isEqualTo(ACKNOWLEDGED);
    assertThat(post(1)).isEqualTo(new Answer.Away("the connection was closed without an answer"));
    assertThat(requests).hasSize(3);
  }

  @Test
  void whatWasAnsweredInPartIsNotSentAgainAtOnce() {
    connection(stays(TAKEN), closes("HTTP/1.1 2"));
    assertThat(post(0)).isEqualTo(ACKNOWLEDGED);
    assertThat(post(1)).isEqualTo(new Answer.Away("the answer was cut off"));
    assertThat(requests).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.6\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        "HTTP/1.1 100 Continue\r\n\r\n"
      })
  void whatIsNotHttpOrIsCutOffIsNoAcknowledgement(String answer) {
    connection(closes(answer));
    assertThat(post(0)).isInstanceOf(Answer.Away.class);
    assertThat(requests).hasSize(1);
  }

  @Test
  void anAnswerWithoutEndIsBounded() {
    String head = "HTTP/1.1 200 OK\r\n";
    connection(stays(head + "X: y\r\n".repeat(1000)));
    assertThat(post(0)).isEqualTo(new Answer.Away("the answer has more than 200 headers"));
    connection(stays(head + "X: " + "y".repeat(100_000)));
    assertThat(post(1)).isInstanceOf(Answer.Away.class);
    connection(stays("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000)));
    assertThat(post(2)).isEqualTo(new Answer.Away("the answer does not come to its end"));
    connection(stays(head + "\r\n" + "y".repeat(1_000_000)));
    assertThat(post(3)).isInstanceOf(Answer.Misconfigured.class);
    connection(
        stays(
            head
                + "Transfer-Encoding: chunked\r\n\r\n"
                + ("8000\r\n" + "y".repeat(0x8000) + "\r\n").repeat(5)));
    assertThat(post(4)).isInstanceOf(Answer.Misconfigured.class);
    assertThat(accepted).hasValue(5);
  }

  @Test
  void anAnswerThatComesByTheByteHasNoMoreTimeThanAnother() throws IOException {
    collector.close();
    collector = collector(Duration.ofMillis(200));
    connection(stays("HTTP/1.1 200 OK\r\n"));
    assertThat(post(0)).isEqualTo(new Answer.Away("Read timed out"));
  }
}
