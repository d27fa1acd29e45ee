package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.launcher.IngestReport.Stored;
import io.lockstep.launcher.IngestReport.Stretch;
import io.lockstep.launcher.IngestReport.Times;
import io.lockstep.launcher.LoadGenerator.Load;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `lockstep bench ingest` with a real collector and store.
class IngestBenchTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"true, true", "false, false"})
  void whatWasSentIsStoredAndCounted(boolean everySecond, boolean gzip) throws Exception {
    var load = new Load(3, everySecond, gzip, Duration.ofSeconds(2), Duration.ofSeconds(5));
    IngestReport report;
    try (BenchCollector collector = BenchCollector.start(folder, "")) {
      report = new IngestRun(collector).run(folder, load);
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
    assertThatThrownBy(() -> BenchCollector.start(folder, "nonsense: 1\n"))
        .hasMessageContaining("nonsense");
  }
}
