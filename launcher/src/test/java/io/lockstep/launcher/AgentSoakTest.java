package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.launcher.AgentSoak.Hour;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a soak calls growth, and the clock that it runs on.
class AgentSoakTest {
  private static final long SPOOL_MAX_KIB = 16 << 10;

  private static Hour hour(long heapKib, long handles, long spoolKib) {
    var cost = new ProcessCost(Duration.ZERO, 80_000, 60_000, 90_000, 50, handles, 0, 0, 0);
    return new Hour(heapKib, cost, spoolKib);
  }

  @Test
  void whatGoesUpAndDownHasNotGrown() {
    var hours = new ArrayList<Hour>();
    for (int hour = 0; hour < 24; hour++) {
      hours.add(hour(9000 + hour % 3 * 900L, 100 + hour % 2 * 10L, hour % 9 * 2000L));
    }
    assertThat(AgentSoak.grown(hours, SPOOL_MAX_KIB)).isEmpty();
  }

  @Test
  void aHandleLostEachHourIsTold() {
    var hours = new ArrayList<Hour>();
    for (int hour = 0; hour < 24; hour++) {
      hours.add(hour(9000, 100 + hour, 0));
    }
    assertThat(AgentSoak.grown(hours, SPOOL_MAX_KIB))
        .containsExactly(
            "handles: at most 106 in the first hours, 123 in the last; may grow by 16");
  }

  @Test
  void aFirstHourThatTakesMoreHidesNothing() {
    List<Hour> hours =
        List.of(hour(20_000, 1, 0), hour(9000, 1, 0), hour(9000, 1, 0), hour(12_000, 1, 0));
    assertThat(AgentSoak.grown(hours, SPOOL_MAX_KIB)).singleElement().asString().startsWith("heap");
  }

  @Test
  void aSpoolAboveItsBoundIsTold() {
    List<Hour> hours = List.of(hour(1, 1, 0), hour(1, 1, 18 << 10), hour(1, 1, 0), hour(1, 1, 0));
    assertThat(AgentSoak.grown(hours, SPOOL_MAX_KIB))
        .containsExactly("the spool took 18432 KiB, its bound is 16384");
  }

  @Test
  void theHastyClockIsAlwaysShortBeforeTheNextSecond() {
    var steps = new ArrayList<Long>();
    var clock = new HastyClock(1_790_000_000_400L, 3, steps::add);
    for (int second = 0; second < 7; second++) {
      assertThat(clock.millis()).isEqualTo(1_790_000_000_999L + 1000L * second);
    }
    assertThat(clock.instant()).isEqualTo(Instant.ofEpochMilli(1_790_000_006_999L));
    assertThat(steps).containsExactly(1L, 2L);
  }
}
