package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.launcher.IngestReport.Stored;
import io.lockstep.launcher.IngestReport.Stretch;
import io.lockstep.launcher.IngestReport.Times;
import io.lockstep.launcher.LoadGenerator.Load;
import io.lockstep.launcher.LoadGenerator.To;
import io.lockstep.simulator.Wire;
import io.lockstep.simulator.Yardstick;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `lockstep bench ingest` with a real collector and store.
class IngestBenchTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"true, true, AGENT", "false, false, EVEN"})
  void whatWasSentIsStoredAndCounted(boolean everySecond, boolean gzip, Yardstick shape)
      throws Exception {
    var load = new Load(3, everySecond, gzip, shape, Duration.ofSeconds(2), Duration.ofSeconds(5));
    IngestReport report;
    try (BenchCollector collector = BenchCollector.start(folder, Map.of())) {
      report = new IngestRun("lockstep", collector, load).run(folder);
    }
    String text = String.join("\n", IngestText.of(report));
    long sent = report.warmUp().count().sent() + report.measured().count().sent();
    long taken = report.warmUp().count().acknowledged() + report.measured().count().acknowledged();
    long refused = refused(report.warmUp()) + refused(report.measured());
    assertThat(sent).as(text).isEqualTo(taken + refused);
    assertThat(taken).as(text).isPositive();
    assertThat(report.lost()).as(text).isZero();
    Stored stored = Objects.requireNonNull(report.stored());
    assertThat(stored.values()).as(text).isBetween(taken, sent);
    assertThat(stored.rows()).as(text).isEqualTo(stored.lines());
    assertThat(stored.bytes()).isPositive();
    assertThat(report.whole()).as(text).isEqualTo(refused == 0);
    assertThat(report.incidents()).isZero();
    assertThat(report.measured().collector()).isPositive();
    assertThat(report.measured().store()).isPositive();
    assertThat(report.measured().generator()).isPositive();
    assertThat(report.measured().rounds()).isPositive();
    assertThat(report.memory()).isNotEmpty();
    Times judged = report.judged();
    if (everySecond) {
      assertThat(judged).isNotNull();
      assertThat(judged.median()).isGreaterThan(2);
    } else {
      assertThat(judged).isNull();
    }
  }

  private static long refused(Stretch one) {
    return one.count().refused().values().stream().mapToLong(each -> each).sum();
  }

  @Test
  void aCollectorThatDoesNotComeUpSaysWhy() {
    assertThatThrownBy(
            () -> BenchCollector.start(folder, Map.of("store.writer.journal_mebibytes", "0")))
        .hasMessageContaining("journal_mebibytes must be at least 1");
  }

  /// As one that runs already is loaded: by what it says of itself, and its servers say goodbye.
  @Test
  void aCollectorElsewhereTellsWhatItCosts() throws Exception {
    var load =
        new Load(2, true, true, Yardstick.EVEN, Duration.ofSeconds(2), Duration.ofSeconds(3));
    try (BenchCollector collector = BenchCollector.start(folder, Map.of())) {
      var there = new To(collector.to().url(), Wire.OTLP, null, true);
      var elsewhere = new ElsewhereCollector(there, collector.api());
      IngestReport report = new IngestRun("lockstep", elsewhere, load).run(folder);
      String text = String.join("\n", IngestText.of(report));
      assertThat(report.lost()).as(text).isZero();
      assertThat(report.measured().collector()).as(text).isPositive();
      assertThat(report.measured().store()).as(text).isNotNaN();
      assertThat(report.memory().getLast().store()).as(text).isPositive();
      Bench.await("goodbye of both agents", Duration.ofMinutes(1), () -> stopped(collector) == 2);
    }
  }

  private static long stopped(BenchCollector collector) {
    try {
      return collector
          .tables()
          .number("SELECT count() FROM event WHERE name = 'lockstep.agent.stopped'");
    } catch (IOException _) {
      return -1;
    }
  }

  /// What it has been sent is in it, by each of the protocols that it takes.
  @ParameterizedTest
  @CsvSource({"INFLUX", "REMOTE_WRITE"})
  void victoriaMetricsTakesTheSameValues(Wire wire) throws Exception {
    IngestPeers.Kind known = IngestPeers.ALL.getFirst();
    assumeTrue(Peer.onPath(known.programs()) != null, known.install());
    var kind =
        new IngestPeers.Kind(
            known.name(),
            known.programs(),
            known.install(),
            List.of(wire),
            known.stored(),
            known.settle(),
            known.order());
    var load =
        new Load(2, true, true, Yardstick.EVEN, Duration.ofSeconds(2), Duration.ofSeconds(3));
    try (IngestPeer peer = IngestPeer.start(kind, folder)) {
      IngestReport report = new IngestRun("victoriametrics", peer, load).run(folder);
      String text = String.join("\n", IngestText.of(report));
      assertThat(report.measured().count().refused()).as(text).isEmpty();
      assertThat(report.lost()).as(text).isZero();
      assertThat(Objects.requireNonNull(report.stored()).values())
          .as(text)
          .isEqualTo(
              report.warmUp().count().acknowledged() + report.measured().count().acknowledged());
      assertThat(series(peer, "{host=\"bench-00001\"}")).as(text).isEqualTo(600);
      assertThat(report.measured().collector()).as(text).isPositive();
    }
  }

  private static int series(IngestPeer peer, String selector) throws Exception {
    String query = URLEncoder.encode(selector, StandardCharsets.UTF_8);
    URI asked = peer.to().url().resolve("/api/v1/series?match[]=".replace("[]", "%5B%5D") + query);
    try (var client = HttpClient.newHttpClient()) {
      var answer = client.send(HttpRequest.newBuilder(asked).build(), BodyHandlers.ofString());
      return new ObjectMapper().readTree(answer.body()).path("data").size();
    }
  }

  @Test
  void aPeerThatIsNotInstalledSaysHowToGetIt() {
    var kind =
        new IngestPeers.Kind(
            "no-such",
            List.of("no-such-program"),
            "buy it",
            List.of(),
            "",
            Duration.ZERO,
            (_, _, _) -> List.of());
    assertThatThrownBy(() -> IngestPeer.start(kind, folder))
        .hasMessage("no-such is not on the PATH: buy it");
  }

  @Test
  void aPeerThatEndsAtOnceSaysWhy() {
    var kind =
        new IngestPeers.Kind(
            "broken",
            List.of("sh"),
            "",
            List.of(Wire.OTLP),
            "",
            Duration.ZERO,
            (_, _, _) -> List.of("-c", "echo no room; exit 3"));
    assertThatThrownBy(() -> IngestPeer.start(kind, folder))
        .hasMessageContainingAll("broken takes nothing", "ended with code 3", "no room");
  }
}
