package io.lockstep.agent.send;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.agent.send.Forward.Compression;
import io.lockstep.agent.send.TestCollector.Received;
import io.lockstep.agent.send.TestCollector.Reply;
import io.lockstep.telemetry.config.ByteSize;
import io.lockstep.telemetry.otlp.Gzip;
import io.lockstep.telemetry.otlp.Signal;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwarderTest {
  @TempDir Path folder;
  private final Gzip gzip = new Gzip(1);
  private TestCollector receiver;

  @BeforeEach
  void open() throws Exception {
    receiver = new TestCollector();
  }

  @AfterEach
  void close() {
    receiver.close();
  }

  private static Forward to(
      URI url, @Nullable Path headers, @Nullable Compression how, @Nullable List<Signal> signals) {
    return new Forward(
        "far", url, headers, null, how, signals, new ByteSize(64 << 10), Duration.ofSeconds(1));
  }

  private static Forwarder start(Forward forward) throws IOException {
    var forwarder = new Forwarder(forward, "test", Duration.ofMillis(5));
    forwarder.start();
    return forwarder;
  }

  private byte[] body(String text) {
    return gzip.compress(text.getBytes(UTF_8));
  }

  private List<String> bodies() {
    return receiver.received.stream()
        .filter(one -> one.status() == 200)
        .map(one -> new String(one.body(), UTF_8))
        .toList();
  }

  @Test
  void sendsWhatIsWantedInOrderWithItsHeaders() throws Exception {
    Path headers =
        Files.writeString(folder.resolve("headers"), "# the key\nAuthorization: Api-Key s3cret\n");
    for (Compression how : Compression.values()) {
      receiver.received.clear();
      Forward forward = to(receiver.url(), headers, how, List.of(Signal.METRICS, Signal.LOGS));
      try (Forwarder forwarder = start(forward)) {
        forwarder.offer(Signal.METRICS, body("one"));
        forwarder.offer(Signal.TRACES, body("not wanted"));
        forwarder.offer(Signal.LOGS, body("two"));
        await(() -> forwarder.state().sent() == 2);
      }
      assertThat(bodies()).containsExactly("one", "two");
      assertThat(receiver.received)
          .extracting(Received::path)
          .containsExactly("/v1/metrics", "/v1/logs");
      assertThat(receiver.received)
          .allMatch(one -> "Api-Key s3cret".equals(one.authorization()))
          .allMatch(one -> one.id().equals(TestCollector.NONE));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 404, 429, 500, 503, 301, 0})
  void triesAgainWhatWasNotTaken(int status) throws Exception {
    var left = new AtomicInteger(3);
    receiver.behaviour = (_, _, _) -> left.getAndDecrement() > 0 ? Reply.of(status) : Reply.OK;
    try (Forwarder forwarder = start(to(receiver.url(), null, null, null))) {
      forwarder.offer(Signal.METRICS, body("one"));
      forwarder.offer(Signal.METRICS, body("two"));
      await(() -> forwarder.state().sent() == 2);
      assertThat(bodies()).containsExactly("one", "two");
      assertThat(forwarder.state().dropped()).isZero();
      assertThat(forwarder.state().waitingBytes()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413})
  void whatIsRefusedDoesNotBlockTheOthers(int status) throws Exception {
    var first = new AtomicInteger(1);
    receiver.behaviour = (_, _, _) -> first.getAndDecrement() > 0 ? Reply.of(status) : Reply.OK;
    try (Forwarder forwarder = start(to(receiver.url(), null, null, null))) {
      forwarder.offer(Signal.METRICS, body("bad"));
      forwarder.offer(Signal.METRICS, body("good"));
      await(() -> forwarder.state().sent() == 1);
      assertThat(forwarder.state().refused()).isEqualTo(1);
      assertThat(bodies()).containsExactly("good");
    }
  }

  @Test
  void aDestinationThatIsAwayCostsABoundedQueueAndNoTime() throws Exception {
    var random = new Random(3);
    try (Forwarder forwarder = start(to(URI.create("http://127.0.0.1:9"), null, null, null))) {
      for (int i = 0; i < 1_000; i++) {
        var bytes = new byte[1_000];
        random.nextBytes(bytes);
        forwarder.offer(Signal.METRICS, bytes);
        assertThat(forwarder.state().waitingBytes()).isLessThanOrEqualTo(64 << 10);
      }
      assertThat(forwarder.state().dropped()).isGreaterThan(900);
      assertThat(forwarder.state().sent()).isZero();
    }
  }

  @Test
  void aDestinationThatHangsHoldsUpNobody() throws Exception {
    receiver.behaviour = (_, _, _) -> Reply.of(-1);
    try (Forwarder forwarder = start(to(receiver.url(), null, null, null))) {
      for (int i = 0; i < 10_000; i++) {
        forwarder.offer(Signal.METRICS, body("number " + i));
      }
      await(() -> receiver.received.size() > 1);
      receiver.behaviour = (_, _, _) -> Reply.OK;
      await(() -> forwarder.state().waitingBytes() == 0 && bodies().contains("number 9999"));
      assertThat(forwarder.state().dropped()).isPositive();
    }
  }

  @Test
  void garbageForAnAnswerIsNoAnswer() throws Exception {
    var connections = new AtomicInteger();
    try (var server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerWithGarbage(server, connections));
      URI url = URI.create("http://127.0.0.1:" + server.getLocalPort());
      try (Forwarder forwarder = start(to(url, null, null, null))) {
        forwarder.offer(Signal.METRICS, body("one"));
        await(() -> connections.get() > 3);
        assertThat(forwarder.state().sent()).isZero();
      }
    }
  }

  private static void answerWithGarbage(ServerSocket server, AtomicInteger connections) {
    var random = new Random(5);
    while (!server.isClosed()) {
      try (Socket socket = server.accept();
          OutputStream out = socket.getOutputStream()) {
        connections.incrementAndGet();
        var bytes = new byte[200];
        random.nextBytes(bytes);
        out.write(bytes);
      } catch (IOException _) {
        // the next one
      }
    }
  }

  @Test
  void aWebPageIsNoDestination() throws Exception {
    receiver.behaviour = (_, _, _) -> new Reply(200, "text/html", "<p>".getBytes(UTF_8), null);
    try (Forwarder forwarder = start(to(receiver.url(), null, null, null))) {
      forwarder.offer(Signal.METRICS, body("one"));
      await(() -> receiver.received.size() > 2);
      assertThat(forwarder.state().sent()).isZero();
    }
  }

  @Test
  void whatIsWrongIsSaidAtTheStart() throws Exception {
    Path wrong = Files.writeString(folder.resolve("wrong"), "\nContent-Length: 7\n");
    assertThatThrownBy(() -> start(to(receiver.url(), wrong, null, null)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("wrong line 2: must be `Name: value`, and none of ours");
    Path secret = Files.writeString(folder.resolve("secret"), "s3cret\n");
    assertThatThrownBy(() -> start(to(receiver.url(), secret, null, null)))
        .isInstanceOf(IOException.class)
        .message()
        .doesNotContain("s3cret");
    assertThatThrownBy(() -> start(to(receiver.url(), folder.resolve("none"), null, null)))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> to(receiver.url(), null, null, List.of()))
        .hasMessage("forward far: signals must be some of metrics, logs, traces");
    Forward one = to(receiver.url(), null, null, null);
    assertThatThrownBy(() -> Forward.checkNames(List.of(one, one)))
        .hasMessage("forward: two destinations have one name");
  }

  private static void await(BooleanSupplier done) throws InterruptedException {
    long end = System.nanoTime() + 30_000_000_000L;
    while (!done.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(5);
    }
  }
}
