package io.lockstep.agent.send;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.send.TestCollector.Received;
import io.lockstep.agent.send.TestCollector.Reply;
import io.lockstep.agent.spool.Spool;
import io.lockstep.telemetry.config.ByteSize;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SenderTest {
  private static final long T0 = 1_790_000_000_000_000_000L;
  private static final SpoolLane.Pace FAST = new SpoolLane.Pace(100 << 20, 10_000);

  @TempDir Path folder;
  private Spool spool;
  private TestCollector collector;

  @BeforeEach
  void open() throws Exception {
    spool =
        new Spool(
            new Spool.Config(folder, ByteSize.ofMebibytes(64), Duration.ofHours(6)),
            "node-1",
            1000);
    collector = new TestCollector();
  }

  @AfterEach
  void close() throws Exception {
    collector.close();
    spool.close();
  }

  @Test
  void sendsEachBatchOnceWithItsIdAndEmptiesTheSpool() throws Exception {
    try (Sender sender = start()) {
      take(sender, Signal.METRICS, "one");
      take(sender, Signal.LOGS, "two");
      take(sender, Signal.TRACES, "three");
      await(() -> spool.state().batches() == 0);
      assertThat(sender.sent()).isEqualTo(3);
    }
    assertThat(collector.received)
        .extracting(Received::path, one -> one.id().header(), one -> new String(one.body(), UTF_8))
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("/v1/metrics", "1/node-1/1000/0", "one"),
            org.assertj.core.groups.Tuple.tuple("/v1/logs", "1/node-1/1000/1", "two"),
            org.assertj.core.groups.Tuple.tuple("/v1/traces", "1/node-1/1000/2", "three"));
  }

  @Test
  void theLiveLaneGoesOnWhileTheStoreIsBehindAndTheSpoolLaneFillsInAfterwardsInOrder()
      throws Exception {
    Reply behind = new Reply(503, "text/plain", "store".getBytes(UTF_8), "1");
    collector.behaviour = (_, _, _) -> behind;
    try (Sender sender = start()) {
      for (int i = 0; i < 20; i++) {
        take(sender, Signal.METRICS, "batch " + i);
        int number = i;
        await(() -> collector.received.stream().anyMatch(one -> one.id().number() == number));
      }
      assertThat(spool.state().batches()).isEqualTo(20);
      collector.behaviour = (_, _, _) -> Reply.OK;
      await(() -> spool.state().batches() == 0);
    }
    assertThat(collector.acknowledged())
        .extracting(BatchId::number)
        .containsExactlyElementsOf(LongStream.range(0, 20).boxed().toList());
  }

  @Test
  void whatComesWhileTheFirstAnswerIsAwaitedGoesLiveAfterIt() throws Exception {
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    AtomicInteger asked = new AtomicInteger();
    collector.behaviour =
        (_, _, _) -> {
          asked.incrementAndGet();
          return answer.join();
        };
    try (Sender sender = start()) {
      for (int i = 0; i < 5; i++) {
        take(sender, Signal.METRICS, "batch " + i);
      }
      await(() -> asked.get() == 1);
      answer.complete(new Reply(503, "text/plain", new byte[0], "60"));
      await(() -> collector.received.size() == 5);
    }
  }

  @Test
  void aBusyCollectorIsLeftInPeaceAsLongAsItAsks() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    collector.behaviour =
        (_, _, _) ->
            asked.getAndIncrement() == 0
                ? new Reply(429, "text/plain", new byte[0], "2")
                : Reply.OK;
    try (Sender sender = start()) {
      take(sender, Signal.METRICS, "first");
      await(() -> asked.get() == 1 && sender.answers());
      long begin = System.nanoTime();
      take(sender, Signal.METRICS, "second");
      await(() -> spool.state().batches() == 0);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(1));
    }
    assertThat(collector.acknowledged()).extracting(BatchId::number).containsExactly(0L, 1L);
  }

  @Test
  void nothingIsLostOverACollectorThatIsAwayForAWhile() throws Exception {
    try (Sender sender = start()) {
      take(sender, Signal.METRICS, "before");
      await(() -> spool.state().batches() == 0);
      int port = collector.port();
      collector.close();
      for (int i = 0; i < 10; i++) {
        take(sender, Signal.METRICS, "meanwhile");
      }
      await(() -> !sender.answers());
      assertThat(spool.state().batches()).isEqualTo(10);
      collector = new TestCollector(port);
      awaitWhile(sender, () -> spool.state().batches() > 0);
    }
    List<Long> numbers = collector.acknowledged().stream().map(BatchId::number).toList();
    assertThat(numbers).containsAll(LongStream.range(1, 11).boxed().toList());
    assertThat(numbers).doesNotHaveDuplicates();
  }

  @Test
  void comesBackByItselfWhenThereIsNothingNewToSend() throws Exception {
    collector.behaviour = (_, _, _) -> Reply.of(0);
    try (Sender sender = start()) {
      take(sender, Signal.METRICS, "the last for a long time");
      await(() -> !collector.received.isEmpty() && !sender.answers());
      collector.behaviour = (_, _, _) -> Reply.OK;
      await(() -> spool.state().batches() == 0);
    }
  }

  @Test
  void whatFormerRunsLeftIsSentUnderItsOwnIds() throws Exception {
    spool.append(Signal.METRICS, T0, gzip("former"));
    spool.close();
    spool =
        new Spool(
            new Spool.Config(folder, ByteSize.ofMebibytes(64), Duration.ofHours(6)),
            "node-1",
            2000);
    try (Sender sender = start()) {
      take(sender, Signal.METRICS, "present");
      await(() -> spool.state().batches() == 0);
    }
    assertThat(collector.acknowledged())
        .containsExactlyInAnyOrder(new BatchId("node-1", 1000, 0), new BatchId("node-1", 2000, 0));
  }

  @Test
  void aRefusedBatchIsSetAsideAndBlocksNothing() throws Exception {
    byte[] status = protobufStatus("resource 0: host.name is not yours");
    collector.behaviour =
        (id, _, _) ->
            id.number() == 1 ? new Reply(400, "application/x-protobuf", status, null) : Reply.OK;
    try (Sender sender = start()) {
      for (int i = 0; i < 4; i++) {
        take(sender, Signal.METRICS, "batch " + i);
      }
      await(() -> spool.state().batches() == 0);
      assertThat(sender.sent()).isEqualTo(3);
    }
    assertThat(spool.state().refused()).isEqualTo(1);
    assertThat(folder.resolve("refused/000000000001000-000000000001-metrics.reason.txt"))
        .hasContent("1/node-1/1000/1\nHTTP 400 resource 0: host.name is not yours\n");
  }

  @Test
  void aBatchThatAlwaysBreaksTheConnectionDoesNotBlockTheOthers() throws Exception {
    for (int i = 0; i < 5; i++) {
      spool.release(spool.append(Signal.METRICS, T0, gzip("old " + i)));
    }
    collector.behaviour = (id, _, _) -> id.number() == 1 ? Reply.of(0) : Reply.OK;
    try (Sender sender = start()) {
      awaitWhile(sender, () -> !collector.acknowledged().contains(new BatchId("node-1", 1000, 4)));
      assertThat(collector.acknowledged()).doesNotContain(new BatchId("node-1", 1000, 1));
      assertThat(spool.state().dropped()).isZero();
    }
  }

  @Test
  void tooLargeIsSetAsideToo() throws Exception {
    collector.behaviour = (id, _, _) -> id.number() == 0 ? Reply.of(413) : Reply.OK;
    try (Sender sender = start()) {
      take(sender, Signal.METRICS, "large");
      take(sender, Signal.METRICS, "small");
      await(() -> spool.state().batches() == 0);
    }
    assertThat(spool.state().refused()).isEqualTo(1);
  }

  @Test
  void whatIsNoCollectorLosesNothing() throws Exception {
    var page = new Reply(200, "text/html", "<h1>It works!</h1>".getBytes(UTF_8), null);
    var garbage = new Reply(200, "application/x-protobuf", new byte[] {(byte) 0xff, 7}, null);
    var proxy = new Reply(400, "text/html", "plain HTTP to an HTTPS port".getBytes(UTF_8), null);
    var replies =
        List.of(
            page,
            garbage,
            proxy,
            Reply.of(404),
            Reply.of(405),
            Reply.of(302),
            Reply.of(401),
            Reply.of(403),
            Reply.of(415),
            Reply.of(500),
            Reply.of(0));
    for (Reply reply : replies) {
      int before = collector.received.size();
      collector.behaviour = (_, _, _) -> reply;
      try (Sender sender = start()) {
        take(sender, Signal.METRICS, "kept");
        await(() -> collector.received.size() > before);
        sender.drain(Duration.ofMillis(200));
        assertThat(sender.sent()).as("%s", reply.status()).isZero();
      }
    }
    assertThat(spool.state().batches()).isEqualTo(replies.size());
    assertThat(spool.state().dropped()).isZero();
    collector.behaviour = (_, _, _) -> Reply.OK;
    try (Sender sender = start()) {
      take(sender, Signal.METRICS, "mended");
      await(() -> spool.state().batches() == 0);
    }
    assertThat(collector.acknowledged()).contains(new BatchId("node-1", 1000, 0));
  }

  @Test
  void aCollectorThatHangsCostsATimeOutAndNoBatch() throws Exception {
    var config = new Collector.Config(null, null, Duration.ofMillis(300));
    collector.behaviour = (_, _, _) -> new Reply(-1, "", new byte[0], null);
    try (Sender sender = start(config)) {
      take(sender, Signal.METRICS, "hangs");
      await(() -> collector.received.size() == 1);
      await(() -> !sender.answers());
      collector.behaviour = (_, _, _) -> Reply.OK;
      awaitWhile(sender, () -> spool.state().batches() > 0);
    }
    assertThat(collector.acknowledged()).contains(new BatchId("node-1", 1000, 0));
  }

  @Test
  void anAnswerThatIsNotHttpCostsNoBatch() throws Exception {
    try (var socket = new ServerSocket(0, 50, java.net.InetAddress.getLoopbackAddress())) {
      var seen = new AtomicInteger();
      Thread.ofVirtual()
          .start(() -> {
            try {
              while (true) {
                try (var connection = socket.accept()) {
                  seen.incrementAndGet();
                  connection.getOutputStream().write("220 mail ready\r\n".getBytes(UTF_8));
                }
              }
            } catch (java.io.IOException _) {
              // closed: the test is over
            }
          });
      var url = URI.create("http://127.0.0.1:" + socket.getLocalPort());
      try (Sender sender =
          start(List.of(url), new Collector.Config(null, null, Duration.ofSeconds(2)))) {
        take(sender, Signal.METRICS, "kept");
        await(() -> seen.get() > 0);
        sender.drain(Duration.ofMillis(200));
        assertThat(sender.sent()).isZero();
      }
    }
    assertThat(spool.state().batches()).isEqualTo(1);
  }

  @Test
  void sendsItsTokenAndReadsItAgainWhenItIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("token"), "old-secret\n");
    collector.behaviour =
        (_, _, authorization) ->
            "Bearer new-secret".equals(authorization) ? Reply.OK : Reply.of(401);
    var config = new Collector.Config(file, null, Duration.ofSeconds(2));
    try (Sender sender = start(config)) {
      take(sender, Signal.METRICS, "refused");
      await(() -> collector.received.size() == 1);
      assertThat(collector.received.getFirst().authorization()).isEqualTo("Bearer old-secret");
      Files.writeString(file, "new-secret\n");
      awaitWhile(sender, () -> sender.sent() == 0);
    }
  }

  @Test
  void goesOnToTheNextCollectorWhenTheFirstIsGone() throws Exception {
    URI gone = collector.url();
    collector.close();
    collector = new TestCollector();
    try (Sender sender = start(List.of(gone, collector.url()), Collector.Config.DEFAULT)) {
      awaitWhile(sender, () -> sender.sent() == 0 || spool.state().batches() > 0);
    }
    assertThat(collector.acknowledged()).contains(new BatchId("node-1", 1000, 0));
  }

  @Test
  void countsWhatTheCollectorTookOnlyInPart() throws Exception {
    byte[] partial = {10, 9, 8, 7, 18, 5, 's', 't', 'a', 'l', 'e'};
    collector.behaviour = (_, _, _) -> new Reply(200, "application/x-protobuf", partial, null);
    try (Sender sender = start()) {
      take(sender, Signal.METRICS, "in part");
      await(() -> spool.state().batches() == 0);
      assertThat(sender.sent()).isEqualTo(1);
      assertThat(sender.rejected()).isEqualTo(7);
    }
  }

  private Sender start() throws Exception {
    return start(Collector.Config.DEFAULT);
  }

  private Sender start(Collector.Config config) throws Exception {
    return start(List.of(collector.url()), config);
  }

  private Sender start(List<URI> urls, Collector.Config config) throws Exception {
    var sender = new Sender(spool, new Collector(urls, config, "test"), new Random(1), FAST);
    sender.start();
    return sender;
  }

  private static void take(Sender sender, Signal signal, String text) {
    sender.take(signal, T0, text.getBytes(UTF_8));
  }

  private static byte[] gzip(String text) {
    try (var gzip = new io.lockstep.telemetry.otlp.Gzip(6)) {
      return gzip.compress(text.getBytes(UTF_8));
    }
  }

  private static byte[] protobufStatus(String message) {
    byte[] text = message.getBytes(UTF_8);
    byte[] status = new byte[text.length + 4];
    status[0] = 8;
    status[1] = 3;
    status[2] = 18;
    status[3] = (byte) text.length;
    System.arraycopy(text, 0, status, 4, text.length);
    return status;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("still waiting after 20 s").isLessThan(end);
      Thread.sleep(5);
    }
  }

  /// Goes on making batches, as an agent does, as long as the condition holds.
  private static void awaitWhile(Sender sender, BooleanSupplier condition)
      throws InterruptedException {
    await(() -> {
      boolean wait = condition.getAsBoolean();
      if (wait) {
        take(sender, Signal.METRICS, "goes on");
        java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
      }
      return !wait;
    });
  }
}
