package io.lockstep.collector.store;

import static io.lockstep.collector.store.SharedQuestDb.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Group commit against a store whose answers are written by the test, as they were measured on the
/// real ones; and against the real QuestDB.
class StoreWriterTest {
  static {
    // Or each answer waits for the kernel's delayed acknowledgement, 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private static final StoreResult ALL = new StoreResult.Stored(0, "");

  @TempDir Path folder;

  /// What the store has taken: whole lines.
  private final Set<String> taken = new ConcurrentSkipListSet<>();

  private final ConcurrentLinkedQueue<Integer> requests = new ConcurrentLinkedQueue<>();
  private final StoreReach reach = new StoreReach(InstantSource.system(), () -> "");
  private volatile Function<List<String>, Reply> store = this::take;
  private HttpServer server;
  private RefusedLines refused;

  /// @param status of the answer
  /// @param body of the answer
  private record Reply(int status, String body) {}

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    refused = new RefusedLines(folder.resolve("refused.jsonl"), 1 << 20, InstantSource.system());
  }

  @AfterEach
  void close() throws IOException {
    server.stop(0);
    refused.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      List<String> lines = body.lines().toList();
      requests.add(lines.size());
      Reply reply = store.apply(lines);
      byte[] text = reply.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.getResponseHeaders().set("Location", "/elsewhere");
      exchange.sendResponseHeaders(reply.status(), text.length == 0 ? -1 : text.length);
      exchange.getResponseBody().write(text);
    }
  }

  private Reply take(List<String> lines) {
    taken.addAll(lines);
    return new Reply(204, "");
  }

  /// QuestDB: names the first bad line; nothing of the request is stored.
  private Reply questdb(List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains("bad")) {
        return new Reply(
            400,
            "{\"code\":\"invalid\",\"message\":\"failed to parse line protocol:errors encountered"
                + " on line(s):\\nerror in line %d: no\",\"line\":%d,\"errorId\":\"a-1\"}"
                    .formatted(i + 1, i + 1));
      }
    }
    return take(lines);
  }

  /// InfluxDB 2: does not number it; nothing of the request is stored.
  private Reply influx2(List<String> lines) {
    for (String line : lines) {
      if (line.contains("bad")) {
        return new Reply(
            400, "{\"code\":\"invalid\",\"message\":\"unable to parse 'x': invalid number\"}");
      }
    }
    return take(lines);
  }

  @ParameterizedTest
  @CsvSource({"questdb,0", "questdb,500", "questdb,999", "influx2,0", "influx2,500", "influx2,999"})
  void aBadLineCostsItselfOnly(String kind, int bad) throws Exception {
    store = kind.equals("questdb") ? this::questdb : this::influx2;
    var lines = lines(1000, i -> i == bad ? "bad" : "good");
    try (StoreWriter writer = writer(config(Duration.ofMinutes(2)))) {
      StoreResult result = get(writer.write(lines));

      assertThat(result)
          .isInstanceOfSatisfying(
              StoreResult.Stored.class,
              stored -> {
                assertThat(stored.refused()).isOne();
                assertThat(stored.reason()).startsWith("400");
              });
      assertThat(taken).hasSize(999).noneMatch(line -> line.contains("bad"));
      assertThat(Files.readAllLines(folder.resolve("refused.jsonl")))
          .singleElement()
          .satisfies(
              line -> assertThat(line).contains("\"line\":\"metric,n=" + bad + " v=\\\"bad"));
      assertThat(refused.count()).isOne();
      assertThat(writer.storedLines()).isEqualTo(999);
      assertThat(reach.reachable()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"questdb", "influx2"})
  void manyBadLinesCostEachItselfAndNoQuadraticWork(String kind) throws Exception {
    store = kind.equals("questdb") ? this::questdb : this::influx2;
    try (StoreWriter writer = writer(config(Duration.ofMinutes(2)))) {
      StoreResult all = get(writer.write(lines(300, _ -> "bad")));
      StoreResult half = get(writer.write(lines(300, i -> i % 2 == 0 ? "bad" : "good")));

      assertThat(all).extracting("refused").isEqualTo(300L);
      assertThat(half).extracting("refused").isEqualTo(150L);
      assertThat(taken).hasSize(150);
      assertThat(requests.stream().mapToInt(Integer::intValue).sum())
          .as("lines sent in all")
          .isLessThan(10 * 600);
    }
  }

  @Test
  void tellsEachOfAGroupOfItsOwnLines() throws Exception {
    store = this::questdb;
    try (StoreWriter writer = writer(config(Duration.ofMinutes(2), Duration.ofSeconds(1)))) {
      var answers = new ArrayList<CompletionStage<StoreResult>>();
      for (int n = 0; n < 10; n++) {
        int batch = n;
        answers.add(
            writer.write(lines(20, i -> batch % 5 == 3 && i % 10 == 0 ? "bad" : "b" + batch)));
      }

      for (int n = 0; n < 10; n++) {
        assertThat(get(answers.get(n))).extracting("refused").isEqualTo(n % 5 == 3 ? 2L : 0L);
      }
      assertThat(taken).hasSize(196);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "422,partial write: field type conflict: input field f on measurement m is type string dropped=2,2",
    "400,partial write: unable to parse 'x' dropped=0,1",
  })
  void doesNotSendAgainWhatAStoreHasTakenInPart(int status, String message, long lost)
      throws Exception {
    store = lines -> new Reply(status, "{\"code\":\"x\",\"message\":\"" + message + "\"}");
    try (StoreWriter writer = writer(config(Duration.ofMinutes(2)))) {
      StoreResult result = get(writer.write(lines(10, _ -> "good")));

      assertThat(result)
          .isInstanceOfSatisfying(
              StoreResult.Stored.class,
              stored -> assertThat(stored.reason()).contains("partial write"));
      assertThat(requests).containsExactly(10);
      assertThat(refused.count()).isEqualTo(lost);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 307, 401, 403, 404, 408, 429, 500, 503})
  void acknowledgesNothingThatAStoreHasNotTaken(int status) throws Exception {
    store = _ -> new Reply(status, "{\"code\":\"x\",\"message\":\"y\"}");
    try (StoreWriter writer = writer(config(Duration.ofMillis(300)))) {
      assertThat(get(writer.write(lines(10, _ -> "good")))).isInstanceOf(StoreResult.Later.class);

      assertThat(reach.reachable()).isFalse();
      assertThat(reach.reason()).startsWith(status + " ");
      assertThat(writer.late()).isOne();

      store = this::take;
      while (!get(writer.write(lines(10, _ -> "good"))).equals(ALL)) {
        Thread.sleep(10);
      }
      assertThat(taken).hasSize(10);
      assertThat(reach.reachable()).isTrue();
    }
    assertThat(refused.count()).isZero();
  }

  @Test
  void sendsAsOneRequestWhatArrivesWithinAMoment() throws Exception {
    try (StoreWriter writer = writer(config(Duration.ofMinutes(2), Duration.ofSeconds(1)))) {
      var answers =
          IntStream.range(0, 50).mapToObj(n -> writer.write(lines(2, i -> n + "." + i))).toList();
      for (CompletionStage<StoreResult> answer : answers) {
        assertThat(get(answer)).isEqualTo(ALL);
      }

      assertThat(taken).hasSize(100);
      assertThat(requests).hasSizeLessThan(10);
      assertThat(writer.queueBytes()).isZero();
    }
  }

  @Test
  void refusesWhatItHasNoRoomForAndBlocksNobody() throws Exception {
    var release = new CountDownLatch(1);
    store =
        lines -> {
          await(release);
          return take(lines);
        };
    Lines mebibyte = lines(1, _ -> "x".repeat(1 << 20));
    try (StoreWriter writer =
        writer(new StoreWriter.Config(4, 1024, Duration.ZERO, Duration.ofMinutes(2), 1, 1))) {
      var answers = IntStream.range(0, 20).mapToObj(_ -> writer.write(mebibyte)).toList();

      long later =
          answers.stream()
              .filter(answer -> answer.toCompletableFuture().isDone())
              .peek(answer ->
                  assertThat(answer.toCompletableFuture().join())
                      .isEqualTo(
                          new StoreResult.Later(
                              Duration.ofSeconds(1), "the store's queue is full")))
              .count();
      assertThat(later).isEqualTo(17);
      assertThat(writer.late()).isEqualTo(17);

      release.countDown();
      for (CompletionStage<StoreResult> answer : answers.subList(0, 3)) {
        assertThat(get(answer)).isEqualTo(ALL);
      }
    }
  }

  @Test
  void doesNotBotherTheStoreWithWhatNobodyWaitsForAnyMore() throws Exception {
    var calls = new AtomicInteger();
    store =
        lines -> {
          calls.incrementAndGet();
          return new Reply(503, "");
        };
    try (StoreWriter writer = writer(config(Duration.ofMillis(200)))) {
      for (int i = 0; i < 30; i++) {
        assertThat(get(writer.write(lines(1, _ -> "old")))).isInstanceOf(StoreResult.Later.class);
      }
      store = this::take;
      while (!get(writer.write(lines(1, _ -> "new"))).equals(ALL)) {
        Thread.sleep(10);
      }
      assertThat(taken).allMatch(line -> line.contains("new"));
    }
  }

  @Test
  void sendsWhatWaitsBeforeItStops() throws Exception {
    CompletionStage<StoreResult> answer;
    StoreWriter writer = writer(config(Duration.ofMinutes(2), Duration.ofSeconds(1)));
    answer = writer.write(lines(5, _ -> "good"));
    writer.close();

    assertThat(get(answer)).isEqualTo(ALL);
    assertThat(get(writer.write(lines(1, _ -> "late")))).isInstanceOf(StoreResult.Later.class);
    assertThat(taken).hasSize(5);
  }

  @Test
  void questDbNumbersLinesAsWeDo() throws Exception {
    SeriesStore real = SharedQuestDb.store();
    var address = SharedQuestDb.server(real).address();
    long nanos = Instant.now().getEpochSecond() * 1_000_000_000L;
    var text = new StringBuilder();
    var starts = new ArrayList<Integer>();
    for (int i = 0; i < 100; i++) {
      starts.add(text.length());
      boolean bad = i == 37 || i == 38 || i == 99;
      // The line feed inside a text must not be counted as a line's end.
      String body = "\"several\\\nlines " + i + "\"";
      text.append("event,cluster=numbered,host=h id=\"").append(i).append("\",body=");
      text.append(bad ? "oops" : body).append(' ').append(nanos).append('\n');
    }
    var lines = linesOf(text.toString(), starts);
    try (StoreWriter writer = writer(config(SharedQuestDb.LONG), () -> address)) {
      StoreResult result = get(writer.write(lines));

      assertThat(result).extracting("refused").isEqualTo(3L);
      assertThat(String.valueOf(result)).contains("Field: body");
    }
    QuestDbQuery query = SharedQuestDb.query(real);
    SharedQuestDb.awaitApplied(query);
    assertThat(query.rows("SELECT id FROM event WHERE cluster = 'numbered'"))
        .hasSize(97)
        .noneMatch(row -> List.of("37", "38", "99").contains(String.valueOf(row.get("id"))));
    assertThat(Files.readAllLines(folder.resolve("refused.jsonl"))).hasSize(3);
  }

  private StoreWriter writer(StoreWriter.Config config) {
    var address = StoreAddress.open("http://127.0.0.1:" + server.getAddress().getPort());
    return writer(config, () -> address);
  }

  private StoreWriter writer(
      StoreWriter.Config config,
      java.util.function.Supplier<@org.jspecify.annotations.Nullable StoreAddress> address) {
    var target = new LinePost.Target("o", "b", false);
    return new StoreWriter(
        config,
        new LineProtocol(true),
        () -> new LinePost(address, target),
        refused,
        Set::of,
        reach);
  }

  private static StoreWriter.Config config(Duration patience) {
    return config(patience, Duration.ofMillis(5));
  }

  private static StoreWriter.Config config(Duration patience, Duration linger) {
    return new StoreWriter.Config(64, 4096, linger, patience, 2, 1);
  }

  /// Lines of the table `metric`, each with its number and a text.
  private static Lines lines(int count, Function<Integer, String> text) {
    var starts = new ArrayList<Integer>();
    var all = new StringBuilder();
    for (int i = 0; i < count; i++) {
      starts.add(all.length());
      all.append("metric,n=").append(i).append(" v=\"").append(text.apply(i)).append("\" 1\n");
    }
    return linesOf(all.toString(), starts);
  }

  private static Lines linesOf(String text, List<Integer> starts) {
    int[] offsets = starts.stream().mapToInt(Integer::intValue).toArray();
    return new Lines(text, offsets, offsets.length, EnumSet.of(Table.METRIC), 0, "");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(SharedQuestDb.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
