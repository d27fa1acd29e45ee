package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.store.QuestDbQuery;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `lockstep bench chaos`: that it finds what is lost or doubled, and a short run in which nothing
/// is.
class ChaosBenchTest {
  @TempDir Path folder;

  @Test
  void theSameSeedGivesTheSamePlanAndEachFaultComes() {
    List<ChaosFault> all = List.of(ChaosFault.values());
    var plan = ChaosPlan.of(all, Duration.ofMinutes(10), Duration.ofSeconds(8), 3);
    assertThat(plan).isEqualTo(ChaosPlan.of(all, Duration.ofMinutes(10), Duration.ofSeconds(8), 3));
    assertThat(plan)
        .isNotEqualTo(ChaosPlan.of(all, Duration.ofMinutes(10), Duration.ofSeconds(8), 4));
    Set<ChaosFault> seen = new HashSet<>();
    for (ChaosPlan.Round round : plan.rounds()) {
      List<ChaosFault> together = round.blows().stream().map(ChaosPlan.Blow::fault).toList();
      assertThat(together).doesNotHaveDuplicates().hasSizeBetween(1, 3);
      seen.addAll(together);
      for (ChaosPlan.Blow blow : round.blows()) {
        assertThat(blow.length()).isLessThanOrEqualTo(Duration.ofSeconds(8));
        assertThat(blow.length().isZero()).isEqualTo(!blow.fault().lasts);
      }
    }
    assertThat(seen)
        .isEqualTo(all.stream().filter(fault -> !fault.beside()).collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 1000})
  void messagesAreHeardInWhateverPiecesTheyPass(int piece) throws IOException {
    byte[] bytes =
        "POST /a HTTP/1.1\r\nContent-Length: 4\r\nX: y\r\n\r\nbodyGET /b HTTP/1.1\r\n\r\n"
            .getBytes(StandardCharsets.ISO_8859_1);
    var heard = new ArrayList<HttpTap.Message>();
    var tap = new HttpTap(heard::add);
    for (int at = 0; at < bytes.length; at += piece) {
      byte[] part = java.util.Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece));
      tap.pass(part, part.length);
    }
    assertThat(heard)
        .extracting(HttpTap.Message::start)
        .containsExactly("POST /a HTTP/1.1", "GET /b HTTP/1.1");
    assertThat(heard.getFirst().field("x")).isEqualTo("y");
    assertThat(heard.getFirst().body().readAllBytes()).asString().isEqualTo("body");
  }

  /// What a proxy has seen acknowledged is there, and what is taken away or doubled is missed.
  @Test
  void theAuditFindsWhatIsLostAndWhatIsDoubled() throws Exception {
    var ledger = new ChaosLedger();
    try (BenchCollector collector = BenchCollector.start(folder, Map.of());
        var proxy = new ChaosProxy(collector.to().url().getPort(), ledger, 1);
        var clock = new ChaosClock(URI.create("http://127.0.0.1:" + proxy.port()), 1)) {
      Bench.await("batches", Duration.ofMinutes(1), () -> ledger.batches() >= 12);
      clock.end();
      Bench.await("answers", Duration.ofMinutes(1), () -> ledger.open(_ -> true).isEmpty());
      Thread.sleep(1000);
      collector.settle();
      QuestDbQuery sql = collector.tables().sql();
      ChaosAudit whole = audit(sql, ledger);
      assertThat(whole.examples()).isEmpty();
      assertThat(whole.rows()).isEqualTo(ledger.batches()).isGreaterThanOrEqualTo(12);
      assertThat(whole.lost()).isZero();
      assertThat(whole.doubled()).isZero();

      sql.execute("ALTER TABLE port DEDUP DISABLE");
      sql.execute("INSERT INTO port SELECT * FROM port WHERE host = 'clock' LIMIT 3");
      collector.settle();
      assertThat(audit(sql, ledger).doubled()).isEqualTo(3);

      sql.execute("TRUNCATE TABLE port");
      collector.settle();
      ChaosAudit empty = audit(sql, ledger);
      assertThat(empty.lost()).isEqualTo(ledger.batches());
      assertThat(empty.examples()).isNotEmpty();
    }
  }

  private static ChaosAudit audit(QuestDbQuery sql, ChaosLedger ledger) throws IOException {
    var audit = new ChaosAudit(sql);
    for (String host : ledger.hosts()) {
      audit.check(host, ledger.rows(host));
    }
    return audit;
  }

  @Test
  void nothingIsLostWhenProcessesAreKilledAndAnswersDoNotArrive() throws Exception {
    var order =
        new ChaosRun.Order(
            3,
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(3),
            List.of(ChaosFault.KILL_AGENT, ChaosFault.KILL_STORE, ChaosFault.NETWORK_HALF_OPEN),
            Map.of(),
            5);
    ChaosReport report;
    try (var run = new ChaosRun(order, folder, new PrintStream(new ByteArrayOutputStream()))) {
      report = run.run();
    }
    String text = String.join("\n", report.lines());
    assertThat(report.whole()).as(text).isTrue();
    assertThat(report.alerts().told()).as(text).isPositive();
    assertThat(report.faults()).as(text).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--faults=earthquake", "--duration=0s", "--servers=0", "--outage=x"})
  void whatCanNotBeIsWrongUsage(String option) {
    assertThat(Main.line().execute("bench", "chaos", option)).isEqualTo(2);
  }
}
