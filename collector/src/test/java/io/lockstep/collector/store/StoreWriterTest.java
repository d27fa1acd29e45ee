package io.lockstep.collector.store;

import static io.lockstep.collector.store.SharedQuestDb.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
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
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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

  private static final StoreResult KEPT = new StoreResult.Kept(0, "");
  private static final Duration FAST = Duration.ofMillis(5);
  private static final long NOW_SECONDS = 1_800_000_000;

  @TempDir Path folder;

  /// What the store has taken: whole lines.
  private final Set<String> taken = new ConcurrentSkipListSet<>();

  private final ConcurrentLinkedQueue<Integer> requests = new ConcurrentLinkedQueue<>();
  private final StoreReach reach = new StoreReach(InstantSource.system(), () -> "");
  private volatile Function<List<String>, Reply> store = this::take;
  private HttpServer server;
  private RefusedLines refused;
  private Journal journal;

  /// @param status of the answer
  /// @param body of the answer
  private record Reply(int status, String body) {}

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    refused = new RefusedLines(folder.resolve("refused.jsonl"), 1 << 20, InstantSource.system());
    journal = new Journal(folder.resolve("journal"), 64 << 20);
  }

  @AfterEach
  void close() throws IOException {
    server.stop(0);
    refused.close();
    journal.close();
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
    try (StoreWriter writer = writer()) {
      write(writer, lines);

      assertThat(taken).hasSize(999).noneMatch(line -> line.contains("bad"));
      assertThat(Files.readAllLines(folder.resolve("refused.jsonl")))
          .singleElement()
          .satisfies(line ->
              assertThat(line)
                  .contains("\"reason\":\"400 ")
                  .contains("\"line\":\"metric,n=" + bad + " v=\\\"bad"));
      assertThat(refused.count()).isOne();
      assertThat(writer.storedLines()).isEqualTo(999);
      assertThat(reach.reachable()).isTrue();
      assertThat(journal.bytes()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"questdb", "influx2"})
  void manyBadLinesCostEachItselfAndNoQuadraticWork(String kind) throws Exception {
    store = kind.equals("questdb") ? this::questdb : this::influx2;
    try (StoreWriter writer = writer()) {
      write(writer, lines(300, _ -> "bad"));
      write(writer, lines(300, i -> i % 2 == 0 ? "bad" : "good"));

      assertThat(refused.count()).isEqualTo(450);
      assertThat(taken).hasSize(150);
      assertThat(requests.stream().mapToInt(Integer::intValue).sum())
          .as("lines sent in all")
          .isLessThan(10 * 600);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "422,partial write: field type conflict: input field f on measurement m is type string dropped=2,2",
    "400,partial write: unable to parse 'x' dropped=0,1",
  })
  void doesNotSendAgainWhatAStoreHasTakenInPart(int status, String message, long lost)
      throws Exception {
    store = _ -> new Reply(status, "{\"code\":\"x\",\"message\":\"" + message + "\"}");
    try (StoreWriter writer = writer()) {
      write(writer, lines(10, _ -> "good"));

      assertThat(requests).containsExactly(10);
      assertThat(refused.count()).isEqualTo(lost);
      assertThat(journal.bytes()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 307, 401, 403, 404, 408, 429, 500, 503})
  void keepsWhatAStoreDoesNotTakeUntilItDoes(int status) throws Exception {
    store = _ -> new Reply(status, "{\"code\":\"x\",\"message\":\"y\"}");
    try (StoreWriter writer = writer()) {
      assertThat(writer.write(lines(10, _ -> "good"))).isEqualTo(KEPT);
      await(() -> !reach.reachable());
      assertThat(reach.reason()).startsWith(status + " ");
      assertThat(journal.bytes()).isPositive();
      assertThat(writer.storedLines()).isZero();

      store = this::take;
      get(writer.flush());
      assertThat(taken).hasSize(10);
      assertThat(reach.reachable()).isTrue();
      assertThat(journal.bytes()).isZero();
    }
    assertThat(refused.count()).isZero();
  }

  @Test
  void commitsTogetherWhatArrivesWithinAnInterval() throws Exception {
    try (StoreWriter writer = writer(config(Duration.ofMinutes(1)), StoreWriterTest::at)) {
      for (int n = 0; n < 50; n++) {
        int batch = n;
        assertThat(writer.write(lines(2, i -> batch + "." + i))).isEqualTo(KEPT);
      }
      assertThat(requests).isEmpty();
      get(writer.flush());

      assertThat(taken).hasSize(100);
      assertThat(requests).containsExactly(100);
      assertThat(writer.storedValues()).isEqualTo(100);
    }
  }

  @Test
  void aStoreElsewhereGetsNoLongerRequestsThanItTakes() throws Exception {
    try (StoreWriter writer =
        writer(config(Duration.ofMinutes(1)), 1000, StoreWriterTest::at, this::address)) {
      write(writer, lines(100, _ -> "x".repeat(60)));

      assertThat(taken).hasSize(100);
      assertThat(requests).hasSizeBetween(8, 12);
    }
  }

  /// What the store has of a table is not written anew for each row that comes.
  @Test
  void rowsGoInTheOrderOfTheirTimes() throws Exception {
    try (StoreWriter writer = writer(config(Duration.ofMillis(5)), StoreWriterTest::at)) {
      writer.write(line("settled", 100));
      writer.write(line("young", NOW_SECONDS - 1));
      writer.write(line("clock an hour ahead", NOW_SECONDS + 3600));
      await(() -> !requests.isEmpty());
      writer.write(line("late", 99));
      writer.write(line("next", 101));
      await(() -> requests.size() > 1);

      assertThat(taken)
          .satisfiesExactly(
              next -> assertThat(next).contains("next"),
              settled -> assertThat(settled).contains("settled"));

      get(writer.flush());
      assertThat(taken).hasSize(5);
      assertThat(journal.bytes()).isZero();
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
    journal = new Journal(folder.resolve("small"), 4 << 20);
    Lines mebibyte = lines(1, _ -> "x".repeat(1 << 20));
    try (StoreWriter writer = writer()) {
      for (int i = 0; i < 3; i++) {
        assertThat(writer.write(mebibyte)).isEqualTo(KEPT);
      }
      for (int i = 0; i < 17; i++) {
        assertThat(writer.write(mebibyte))
            .isEqualTo(
                new StoreResult.Later(
                    Duration.ofSeconds(5), "the store is behind: 3 MiB wait for it"));
      }
      assertThat(writer.later()).isEqualTo(17);

      release.countDown();
      get(writer.flush());
      assertThat(writer.storedLines()).isEqualTo(3);
      assertThat(writer.write(mebibyte)).isEqualTo(KEPT);
    }
  }

  @Test
  void sendsWhatIsKeptBeforeItStops() throws Exception {
    StoreWriter writer = writer(config(Duration.ofMinutes(1)), InstantSource.system());
    assertThat(writer.write(lines(5, _ -> "good"))).isEqualTo(KEPT);
    writer.close();

    assertThat(writer.write(lines(1, _ -> "late"))).isInstanceOf(StoreResult.Later.class);
    assertThat(taken).hasSize(5);
    assertThat(journal.bytes()).isZero();
  }

  @Test
  void whatIsKeptWhenItStopsGoesToTheStoreAtTheNextStart() throws Exception {
    store = _ -> new Reply(503, "");
    try (StoreWriter writer = writer()) {
      assertThat(writer.write(lines(5, _ -> "good"))).isEqualTo(KEPT);
      await(() -> !reach.reachable());
    }
    journal.close();
    assertThat(taken).isEmpty();

    store = this::take;
    journal = new Journal(folder.resolve("journal"), 64 << 20);
    try (StoreWriter writer = writer()) {
      get(writer.flush());

      assertThat(taken).hasSize(5);
      assertThat(journal.bytes()).isZero();
    }
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
    var lines = linesOf(text.toString(), starts, nanos);
    try (StoreWriter writer =
        writer(config(FAST), Long.MAX_VALUE, InstantSource.system(), () -> address)) {
      write(writer, lines);
    }
    QuestDbQuery query = SharedQuestDb.query(real);
    SharedQuestDb.awaitApplied(query);
    assertThat(query.rows("SELECT id FROM event WHERE cluster = 'numbered'"))
        .hasSize(97)
        .noneMatch(row -> List.of("37", "38", "99").contains(String.valueOf(row.get("id"))));
    assertThat(Files.readAllLines(folder.resolve("refused.jsonl")))
        .hasSize(3)
        .allMatch(line -> line.contains("Field: body"));
  }

  private @Nullable StoreAddress address() {
    return StoreAddress.open("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private StoreWriter writer() {
    return writer(config(FAST), InstantSource.system());
  }

  private StoreWriter writer(StoreWriter.Config config, InstantSource clock) {
    StoreAddress always = address();
    return writer(config, Long.MAX_VALUE, clock, () -> always);
  }

  private StoreWriter writer(
      StoreWriter.Config config,
      long requestBytes,
      InstantSource clock,
      Supplier<@Nullable StoreAddress> address) {
    return new StoreWriter(
        config,
        requestBytes,
        new LineProtocol(true),
        journal,
        new LinePost(address, new LinePost.Target("o", "b", false, null)),
        refused,
        Set::of,
        reach,
        null,
        clock);
  }

  private static StoreWriter.Config config(Duration interval) {
    return new StoreWriter.Config(interval, 64, 4096, 1);
  }

  private static Instant at() {
    return Instant.ofEpochSecond(NOW_SECONDS);
  }

  /// Writes, and waits until the store has it.
  private static void write(StoreWriter writer, Lines lines) throws Exception {
    assertThat(writer.write(lines)).isEqualTo(KEPT);
    get(writer.flush());
  }

  /// Lines of the table `metric`, each with its number and a text.
  private static Lines lines(int count, Function<Integer, String> text) {
    var starts = new ArrayList<Integer>();
    var all = new StringBuilder();
    for (int i = 0; i < count; i++) {
      starts.add(all.length());
      all.append("metric,n=").append(i).append(" v=\"").append(text.apply(i)).append("\" 1\n");
    }
    return linesOf(all.toString(), starts, 1);
  }

  private static Lines line(String text, long seconds) {
    return linesOf(
        "metric v=\"" + text + "\" " + seconds + "\n", List.of(0), seconds * 1_000_000_000);
  }

  private static Lines linesOf(String text, List<Integer> starts, long nanos) {
    int[] offsets = starts.stream().mapToInt(Integer::intValue).toArray();
    var times = new long[offsets.length];
    Arrays.fill(times, nanos);
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return new Lines(utf8, offsets, times, new byte[offsets.length], offsets.length, 0, "");
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + SharedQuestDb.LONG.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("nothing happened").isLessThan(end);
      Thread.sleep(5);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(SharedQuestDb.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
