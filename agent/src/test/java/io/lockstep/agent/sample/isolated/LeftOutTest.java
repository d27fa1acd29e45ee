package io.lockstep.agent.sample.isolated;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class LeftOutTest {
  private final LeftOut out = new LeftOut();

  @Test
  void theTimeGrowsWithEachEndAndBeginsAnewWhenAllWasWellForAsLong() {
    long round = 100;
    for (long rounds : new long[] {10, 20, 40, 80, 160, 320, 600, 600}) {
      assertThat(out.ended(Set.of(3), round)).containsExactly(3);
      assertThat(out.rounds(3, round)).isEqualTo(rounds);
      assertThat(out.at(round)).isEqualTo(1L << 3);
      round += rounds;
      assertThat(out.at(round)).isZero();
    }
    out.ended(Set.of(3), round + 600);
    assertThat(out.rounds(3, round + 600)).isEqualTo(10);
  }

  @Test
  void whoMayBeGuiltyIsTakenInAloneAndSuspectedFirst() {
    assertThat(out.ended(Set.of(1, 5), 0)).containsExactly(1, 5);
    assertThat(out.at(9)).isEqualTo(1L << 1 | 1L << 5);
    assertThat(out.at(10)).isEqualTo(1L << 5);
    assertThat(out.at(30)).isZero();
    assertThat(out.tells(Set.of(0, 7), 31)).isFalse();
    assertThat(out.tells(Set.of(1, 7), 31)).isTrue();
    assertThat(out.tells(Set.of(7), 31)).isTrue();
    assertThat(out.ended(Set.of(1, 5, 7), 31)).as("7 was never left out").containsExactly(1, 5);
    assertThat(out.ended(Set.of(0, 7), 32)).as("neither of both ever was").containsExactly(0, 7);
  }

  @Test
  void nobodyIsLeftOutForAnEndThatNoneIsGuiltyOf() {
    assertThat(out.ended(Set.of(), 5)).isEmpty();
    assertThat(out.at(5)).isZero();
    out.ended(Set.of(63), 5);
    assertThat(out.at(5)).isEqualTo(1L << 63);
    out.clear();
    assertThat(out.at(5)).isZero();
  }
}
