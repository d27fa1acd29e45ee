package io.lockstep.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  private final Latencies latencies = new Latencies();

  @Test
  void sharesAreRightToOnePercent() {
    for (int i = 1; i <= 1000; i++) {
      latencies.add(i * 1_000_000L);
    }
    assertThat(latencies.count()).isEqualTo(1000);
    assertThat(latencies.at(0.5).toNanos()).isCloseTo(500_000_000L, withinPercentage(1));
    assertThat(latencies.at(0.99).toNanos()).isCloseTo(990_000_000L, withinPercentage(1));
    assertThat(latencies.longest()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void whatIsOutOfItsRangeIsCountedAtItsEnds() {
    latencies.add(-5);
    latencies.add(Duration.ofDays(1).toNanos());
    assertThat(latencies.at(0.5).toNanos()).isLessThan(2000);
    assertThat(latencies.longest()).isEqualTo(Duration.ofDays(1));
    assertThat(latencies.at(1)).isGreaterThan(Duration.ofMinutes(30));
  }

  @Test
  void nothingTookNoTime() {
    assertThat(latencies.at(0.5)).isZero();
    assertThat(latencies.longest()).isZero();
  }
}
