package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.launcher.IngestReport.Memory;
import io.lockstep.launcher.IngestReport.Stored;
import io.lockstep.launcher.IngestReport.Stretch;
import io.lockstep.launcher.IngestReport.Times;
import io.lockstep.launcher.SendersProgram.Count;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The arithmetic of the report, and what is made of it.
class IngestReportTest {
  private static final Count WHOLE =
      new Count(2_000_000, 2_000_000, 20_000_000, Map.of(), 50_000_000, 200_000_000, 900_000_000);

  private static Stretch stretch(Count count) {
    return new Stretch(10, count, 3, 1.5, 0.25, 0.5, Map.of("read", 2.0), Map.of("apply", 1.0));
  }

  private static IngestReport report(Count warmUp, Count measured, long lost, long rows) {
    return new IngestReport(
        "lockstep",
        1250,
        600,
        "1s",
        true,
        2_000_000,
        stretch(warmUp),
        stretch(measured),
        new Times(2.5, 3, 3.25),
        List.of(new Memory(0, 100, 80, 200, 50), new Memory(5, 90, 85, 300, 60)),
        new Stored(4_000_000, 100, rows, 8_000_000),
        lost,
        Map.of("late", 7L),
        0);
  }

  @Test
  void costsAreForAMillionPointsThatWereAcknowledged() {
    Stretch one = stretch(WHOLE);
    assertThat(one.perMillion(one.collector())).isEqualTo(1.5);
    assertThat(one.perMillion(one.collectorAndStore())).isEqualTo(2.25);
    assertThat(one.perSecond()).isEqualTo(200_000);
    assertThat(one.bytesPerPoint()).isEqualTo(10);
  }

  @Test
  void whatWasRefusedOrLostIsNoSuccess() {
    Count refused = new Count(2_000_000, 1_999_400, 1, Map.of("HTTP 503 behind", 600L), 1, 1, 1);
    assertThat(report(WHOLE, WHOLE, 0, 100).whole()).isTrue();
    assertThat(report(WHOLE, WHOLE, 1, 100).whole()).isFalse();
    assertThat(report(WHOLE, WHOLE, 0, 99).whole()).isFalse();
    assertThat(report(refused, WHOLE, 0, 100).whole()).isFalse();
    assertThat(report(WHOLE, refused, 0, 100).whole()).isFalse();
    assertThat(report(WHOLE, new Count(0, 0, 0, Map.of(), 0, 0, 0), 0, 100).whole()).isFalse();
  }

  @Test
  void peopleAreToldAllOfIt() {
    Count refused = new Count(2_000_000, 1_999_400, 1, Map.of("HTTP 503 behind", 600L), 1, 1, 1);
    String text = String.join("\n", IngestText.of(report(refused, WHOLE, 3, 100)));
    assertThat(text)
        .contains(
            "lockstep: 1,250 servers, 600 values each, every second, gzip",
            "not acknowledged in the warm-up: 600 points, HTTP 503 behind",
            "median 0.050 s, p99 0.200 s, longest 0.900 s",
            "median 2.500 s, p99 3.000 s, longest 3.250 s",
            "on disk: 8,000,000 bytes for 4,000,000 values, 2.00 for each",
            "rows in the store: 100 of 100",
            "lost: 3; incidents opened: 0",
            "rows not judged, late: 7");
    assertThat(text.lines().filter(line -> line.startsWith("CPU seconds per million points")))
        .first()
        .asString()
        .endsWith("2.25");
    assertThat(text.lines().filter(line -> line.startsWith("  the most")))
        .first()
        .asString()
        .matches(" *the most +100 +85 +300 +60");
  }

  @Test
  void aCollectorThatIsOnlyHeardOfHasNoStoreToShow() {
    IngestReport whole = report(WHOLE, WHOLE, 0, 100);
    var bare = bare("lockstep", whole.warmUp(), whole.measured());
    assertThat(String.join("\n", IngestText.of(bare)))
        .contains("as fast as they are acknowledged, plain")
        .doesNotContain("sent to judged", "on disk");
  }

  private static IngestReport bare(String name, Stretch warmUp, Stretch measured) {
    return new IngestReport(
        name, 3, 600, "max", false, 0, warmUp, measured, null, List.of(), null, 0, Map.of(), 0);
  }

  @Test
  void whatDoesNotKeepUpIsNoSuccess() {
    Count half = new Count(1_000_000, 1_000_000, 1, Map.of(), 1, 1, 1);
    assertThat(report(WHOLE, half, 0, 100).whole()).isFalse();
    assertThat(String.join("\n", IngestText.of(report(WHOLE, half, 0, 100)))).contains("50.0");
  }

  @Test
  void ratiosAreOursToThePeers() {
    var peer = new Stretch(10, WHOLE, 9, Double.NaN, Double.NaN, 1, Map.of(), Map.of());
    assertThat(IngestText.ratios(report(WHOLE, WHOLE, 0, 100), bare("peer", peer, peer)))
        .isEqualTo(
            "lockstep : peer = CPU for each point 0.50 (first sight 0.50), memory unknown, bytes on"
                + " disk unknown");
  }
}
