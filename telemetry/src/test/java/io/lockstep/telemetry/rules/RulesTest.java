package io.lockstep.telemetry.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long EDGE = 1_767_225_600L * SECOND;
  private static final Column UP = Contract.column(Table.PORT, "up");
  private static final Column PHYSICAL = Contract.column(Table.PORT, "physical_state");
  private static final Rule DOWN = rule("port-down");
  private static final Rule FLAPPING = rule("port-flapping");
  private static final Rule SLOWLY = rule("port-flapping-slowly");

  /// One port as a rule sees it.
  private static final class Port implements Readings {
    final Map<Column, float[]> values = new HashMap<>();
    @Nullable LinkHistory link;

    Port with(Column column, float... newest) {
      var all = new float[600];
      Arrays.fill(all, Float.NaN);
      System.arraycopy(newest, 0, all, all.length - newest.length, newest.length);
      values.put(column, all);
      return this;
    }

    /// @param changes seconds before now, going down first, then in turn
    Port knownSince(int seconds, int... changes) {
      LinkHistory history = LinkHistory.first(EDGE - seconds * SECOND, true);
      for (int i = 0; i < changes.length; i++) {
        history = history.with(EDGE - changes[i] * SECOND, i % 2 == 1);
      }
      link = history;
      return this;
    }

    @Override
    public long edgeNanos() {
      return EDGE;
    }

    @Override
    public double latest(Column column, int subject) {
      float[] all = last(column, subject, 5);
      for (int i = all.length - 1; i >= 0; i--) {
        if (!Float.isNaN(all[i])) {
          return all[i];
        }
      }
      return Double.NaN;
    }

    @Override
    public float[] last(Column column, int subject, int seconds) {
      float[] all = values.getOrDefault(column, new float[0]);
      if (all.length == 0) {
        var none = new float[seconds];
        Arrays.fill(none, Float.NaN);
        return none;
      }
      return Arrays.copyOfRange(all, all.length - seconds, all.length);
    }

    @Override
    public @Nullable LinkHistory link(int port) {
      return link;
    }
  }

  @Test
  void aPortThatWasUpAndIsDownIsDownSinceThen() {
    var port = new Port().with(UP, 1, 1, 0, 0, 0).knownSince(100, 3);
    assertThat(Rules.judge(DOWN, port, 0)).isEqualTo(new Judgement.Present(0, EDGE - 3 * SECOND));
    port.with(UP, 1, 1, 0, 0, 1);
    assertThat(Rules.judge(DOWN, port, 0)).isEqualTo(Judgement.ABSENT);
  }

  @Test
  void aPortThatWentDownBeforeTheWindowIsStillDown() {
    var port = new Port().with(UP, 0, 0, 0).knownSince(5000, 2000);
    assertThat(Rules.judge(DOWN, port, 0)).isInstanceOf(Judgement.Present.class);
  }

  @Test
  void aPortThatNeverWasUpMayBeAnEmptySocket() {
    var port = new Port().with(UP, 0, 0, 0);
    assertThat(Rules.judge(DOWN, port, 0)).isEqualTo(Judgement.CANNOT_TELL);
    port.link = LinkHistory.first(EDGE - 3 * SECOND, false);
    assertThat(Rules.judge(DOWN, port, 0)).isEqualTo(Judgement.CANNOT_TELL);
  }

  @Test
  void aPortThatIsSwitchedOffIsNotDown() {
    var port = new Port().with(UP, 1, 0, 0).with(PHYSICAL, 5, 3, 3).knownSince(100, 2);
    assertThat(Rules.judge(DOWN, port, 0)).isEqualTo(Judgement.ABSENT);
  }

  @Test
  void nothingIsSaidOfAPortWithoutFreshValues() {
    var port = new Port().with(UP, 1, 0, 0, Float.NaN, Float.NaN, Float.NaN, Float.NaN, Float.NaN);
    assertThat(Rules.judge(DOWN, port, 0)).isEqualTo(Judgement.CANNOT_TELL);
    assertThat(Rules.judge(DOWN, new Port(), 0)).isEqualTo(Judgement.CANNOT_TELL);
    assertThat(Rules.judge(FLAPPING, new Port(), 0)).isEqualTo(Judgement.CANNOT_TELL);
  }

  @Test
  void twoCyclesWithinFiveMinutesAreFlapping() {
    var port = new Port().with(UP, 1).knownSince(100, 90, 80, 40);
    assertThat(Rules.judge(FLAPPING, port, 0)).isEqualTo(Judgement.CANNOT_TELL);
    port.knownSince(100, 90, 80, 40, 30);
    assertThat(Rules.judge(FLAPPING, port, 0))
        .isEqualTo(new Judgement.Present(2, EDGE - 90 * SECOND));
    port.knownSince(500, 310, 280, 40, 30);
    assertThat(Rules.judge(FLAPPING, port, 0)).isEqualTo(Judgement.ABSENT);
  }

  @Test
  void threeCyclesWithinTwelveHoursAreSlowFlapping() {
    int hour = 3600;
    var port = new Port().with(UP, 1);
    port.knownSince(13 * hour, 11 * hour, 11 * hour - 60, 5 * hour, 5 * hour - 60);
    assertThat(Rules.judge(SLOWLY, port, 0)).isEqualTo(Judgement.ABSENT);
    port.knownSince(12 * hour - 1, 11 * hour, 11 * hour - 60, 5 * hour, 5 * hour - 60);
    assertThat(Rules.judge(SLOWLY, port, 0)).isEqualTo(Judgement.CANNOT_TELL);
    port.knownSince(12 * hour - 1, 11 * hour, 11 * hour - 60, 5 * hour, 5 * hour - 60, 9, 3);
    assertThat(Rules.judge(SLOWLY, port, 0))
        .isEqualTo(new Judgement.Present(3, EDGE - 11L * hour * SECOND));
  }

  @Test
  void aLimitMustBePassedThroughoutItsWindow() {
    var hot =
        new Rule(
            "hot",
            "gpu-hot",
            Contract.column(Table.GPU, "temperature"),
            Rule.Test.ABOVE,
            90,
            Duration.ofSeconds(3),
            Duration.ZERO,
            Duration.ZERO,
            null,
            false,
            null,
            Rule.Severity.WARNING,
            Rule.Action.WATCH,
            "",
            List.of(),
            "");
    var gpu = new Port().with(hot.column(), 80, 95, 95);
    assertThat(Rules.judge(hot, gpu, 0)).isEqualTo(Judgement.ABSENT);
    gpu.with(hot.column(), 80, 95, Float.NaN, 95);
    assertThat(Rules.judge(hot, gpu, 0)).isEqualTo(new Judgement.Present(95, EDGE - 3 * SECOND));
  }

  @Test
  void theTableNamesEachRuleOnceWithItsSource() {
    var ids = new HashSet<String>();
    for (Rule rule : RuleTable.ALL) {
      assertThat(ids.add(rule.id())).as(rule.id()).isTrue();
      assertThat(rule.source()).as(rule.id()).isNotBlank();
      assertThat(rule.summary()).as(rule.id()).containsPattern("\\{gpu}|\\{host}");
    }
  }

  @Test
  void clockReasonsAreDistinctBits() {
    int all = 0;
    for (ClockReason reason : ClockReason.ALL) {
      assertThat(Integer.bitCount(reason.bit())).isEqualTo(1);
      assertThat(all & reason.bit()).isZero();
      all |= reason.bit();
    }
    assertThat(ClockReason.faults(0x49))
        .extracting(ClockReason::words)
        .containsExactly("hardware slowdown", "hardware thermal slowdown");
  }

  @ParameterizedTest
  @CsvSource({
    "gpu-lost, state, 2, 1",
    "gpu-missing, state, 5, 2",
    "gpu-reset-required, state, 3, 1",
    "gpu-unresponsive, state, 4, 3",
    "gpu-recovery-action, recovery_action, 2, 0",
    "gpu-ecc-uncorrected, ecc_uncorrected, 1, 0",
    "gpu-row-remap-failed, row_remaps_failed, 1, 0",
    "gpu-row-remap-pending, row_remaps_pending, 1, 0",
    "gpu-nvlink-down, nvlink_lost, 2, 0",
    "gpu-sram-worn, health, 1, 254",
    "gpu-rows-used-up, health, 3, 1",
    "gpu-pages-pending, health, 4, 8",
    "gpu-inforom-corrupted, health, 8, 0",
    "gpu-fabric-unhealthy, health, 16, 15",
    "gpu-fabric-unhealthy, health, 160, 0",
    "gpu-nvlink-recovery-failed, nvlink_recoveries_failed, 1, 0",
    "gpu-pcie-lanes, pcie_lanes_lost, 8, 0",
    "gpu-pcie-generation, pcie_generations_lost, 1, 0",
    "gpu-throttled-heat, clock_event_reasons, 72, 12",
    "gpu-throttled-heat, clock_event_reasons, 32, 128",
    "gpu-throttled-power-brake, clock_event_reasons, 136, 76"
  })
  void aGpuRuleTellsItsFaultFromWhatIsNone(String id, String column, float bad, float good) {
    Rule rule = rule(id);
    Column judged = Contract.column(Table.GPU, column);
    int seconds = (int) rule.window().toSeconds() + 1;
    var values = new float[seconds];
    Arrays.fill(values, bad);
    assertThat(Rules.judge(rule, new Port().with(judged, values), 0))
        .isEqualTo(new Judgement.Present(bad, EDGE - seconds * SECOND));
    values[seconds - 1] = good;
    assertThat(Rules.judge(rule, new Port().with(judged, values), 0)).isEqualTo(Judgement.ABSENT);
    assertThat(Rules.judge(rule, new Port(), 0)).isEqualTo(Judgement.CANNOT_TELL);
  }

  @Test
  void aGpuThatIsHeldBackForAMomentIsNotReported() {
    Column reasons = Contract.column(Table.GPU, "clock_event_reasons");
    var gpu = new Port().with(reasons, 4, 4, 0x24, 0x64, 0x24, 0x24);
    assertThat(Rules.judge(rule("gpu-throttled-heat"), gpu, 0)).isEqualTo(Judgement.ABSENT);
  }

  @Test
  void aPortIsDegradedWhileItIsSlowerThanItWasAndNotWhileItIsSwitchedOff() {
    Rule rule = rule("port-degraded");
    Column lost = Contract.column(Table.PORT, "rate_lost");
    var port = new Port().with(lost, 0, 25e9f, 25e9f);
    assertThat(Rules.judge(rule, port, 0))
        .isEqualTo(new Judgement.Present(25e9f, EDGE - 2 * SECOND));
    assertThat(Rules.judge(rule, port.with(PHYSICAL, 3, 3, 3), 0)).isEqualTo(Judgement.ABSENT);
    assertThat(Rules.judge(rule, new Port().with(lost, 25e9f, 0), 0)).isEqualTo(Judgement.ABSENT);
    assertThat(Rules.judge(rule, new Port(), 0)).isEqualTo(Judgement.CANNOT_TELL);
  }

  @Test
  void aClockIsReportedOnlyWhereItWasKeptBefore() {
    Rule rule = rule("clock-unsynchronized");
    Column kept = Contract.column(Table.HOST, "clock_synchronized");
    var values = new float[310];
    assertThat(Rules.judge(rule, new Port().with(kept, values), 0))
        .isEqualTo(Judgement.CANNOT_TELL);
    values[0] = 1;
    assertThat(Rules.judge(rule, new Port().with(kept, values), 0))
        .isEqualTo(new Judgement.Present(0, EDGE - 309 * SECOND));
    values[100] = 1;
    assertThat(Rules.judge(rule, new Port().with(kept, values), 0)).isEqualTo(Judgement.ABSENT);
  }

  @Test
  void aPowerLimitIsAFaultOnlyWhereItWasLowered() {
    Rule rule = rule("gpu-throttled-power-limit");
    Column lost = Contract.column(Table.GPU, "power_limit_lost");
    var values = new float[40];
    Arrays.fill(values, 250);
    assertThat(Rules.judge(rule, new Port().with(lost, values), 0))
        .isEqualTo(Judgement.CANNOT_TELL);
    values[0] = 0;
    assertThat(Rules.judge(rule, new Port().with(lost, values), 0))
        .isEqualTo(new Judgement.Present(250, EDGE - 39 * SECOND));
    values[39] = 0;
    assertThat(Rules.judge(rule, new Port().with(lost, values), 0)).isEqualTo(Judgement.ABSENT);
  }

  private static Rule rule(String id) {
    return RuleTable.ALL.stream().filter(rule -> rule.id().equals(id)).findFirst().orElseThrow();
  }

  @Test
  void aGpuThatWasNeverSeenIsNotSaidToBeGone() {
    Rule missing = rule("gpu-missing");
    assertThat(
            new Sentence(Sentence.gpu("missing/9", "missing/9", "n1"), "n1", "missing/9")
                .of(missing, 5))
        .isEqualTo(
            "Expected GPU number 9 of n1 is missing: the driver lists fewer GPUs, and it was never"
                + " seen since the agent began.");
    assertThat(new Sentence(Sentence.gpu("GPU-8f6f", "3", "n1"), "n1", "GPU-8f6f").of(missing, 5))
        .isEqualTo("GPU 3 of n1 is missing: the driver does not have it any more.");
  }
}
