package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What the bench reads of processes.
class SelfMetricsTest {
  private static final String PAGE =
      """
      # HELP values_total Values.
      # TYPE values_total counter
      values_total 12
      rows_total{cluster="a b",outcome="late"} 3
      rows_total{cluster="c",outcome="late"} 4.5
      rows_total{cluster="c",outcome="placed"} 1.0E9
      rows 9
      """;

  @Test
  void readsPlainAndLabelledValues() throws IOException {
    SelfMetrics metrics = SelfMetrics.read(PAGE);
    assertThat(metrics.get("values_total")).isEqualTo(12);
    assertThat(metrics.get("nothing")).isZero();
    assertThat(metrics.sum("rows_total", "outcome=\"late\"")).isEqualTo(7.5);
  }

  @Test
  void whatIsNoPageOfMetricsIsAnError() {
    assertThatThrownBy(() -> SelfMetrics.read("<html> page"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("page");
  }

  /// From the point's time to the end of its round, not from the end of its second.
  @Test
  void judgedTimesCountEachRoundOnceForAWholeSecond() throws IOException {
    var times = new JudgedTimes();
    times.add(judged(0, 0));
    assertThat(times.times()).isNull();
    times.add(judged(100, 102.5));
    times.add(judged(100, 102.5));
    times.add(judged(101, 103.5));
    IngestReport.Times judged = Objects.requireNonNull(times.times());
    assertThat(judged.median()).isBetween(2.9, 3.1);
    assertThat(judged.longest()).isBetween(3.4, 3.5);
  }

  private static SelfMetrics judged(double until, double at) {
    return new SelfMetrics(
        Map.of(
            "lockstep_collector_judged_until_timestamp_seconds",
            until,
            "lockstep_collector_judged_timestamp_seconds",
            at));
  }

  @Test
  void threadsThatDifferByANumberCountTogether() {
    var before = new ThreadTimes(Map.of("1/read-0", 1_000_000_000L));
    var after =
        new ThreadTimes(
            Map.of(
                "1/read-0", 2_000_000_000L,
                "2/read-1", 500_000_000L,
                "3/C2 CompilerThre", 3_000_000_000L,
                "4/idle", 1_000L));
    assertThat(after.since(before))
        .containsExactly(Map.entry("C2 CompilerThre", 3.0), Map.entry("read", 1.5));
  }

  @Test
  void aProcessHasMemoryAndThreads() throws IOException {
    ProcessHandle self = ProcessHandle.current();
    assertThat(Cost.of(self).resident()).isGreaterThan(Cost.of(self).own()).isPositive();
    assertThat(ThreadTimes.of(self).nanos()).isNotEmpty();
  }
}
