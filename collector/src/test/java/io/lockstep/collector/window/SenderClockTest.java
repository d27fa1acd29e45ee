package io.lockstep.collector.window;

import static io.lockstep.collector.window.Batches.SECOND;
import static io.lockstep.collector.window.Batches.START;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SenderClockTest {
  private final SenderClock clock = new SenderClock();
  private final Random random = new Random(1);
  private long now = START;

  @ParameterizedTest
  @ValueSource(longs = {-1800, -300, -2, 2, 90, 86_400})
  void findsAnOffsetBehindNoisyDelays(long seconds) {
    run(60, seconds * SECOND);
    assertThat(clock.believed()).isTrue();
    assertThat(clock.offsetNanos())
        .isBetween(seconds * SECOND - SECOND / 4, seconds * SECOND + SECOND / 4);
  }

  @Test
  void appliesNothingToClocksThatAgree() {
    run(300, 0);
    assertThat(clock.offsetNanos()).isZero();
    assertThat(clock.believed()).isTrue();
  }

  @Test
  void oneAbsurdTimestampMovesNothing() {
    run(60, 0);
    clock.observe(now, now + 3000 * SECOND);
    assertThat(clock.offsetNanos()).isZero();
    run(60, 0);
    assertThat(clock.offsetNanos()).isZero();
  }

  @Test
  void followsAClockThatIsSetForwardAtOnceAndBackWithinTwoMinutes() {
    run(60, 0);
    run(2, -100 * SECOND);
    assertThat(clock.offsetNanos()).isBetween(-100 * SECOND, -99 * SECOND);
    run(130, 0);
    assertThat(clock.offsetNanos()).isBetween(-SECOND / 4, SECOND / 4);
  }

  @Test
  void oldBatchesAfterASilenceAreNotBelievedUntilLiveOnesCome() {
    run(60, 0);
    now += 600 * SECOND;
    for (int old = 0; old < 20; old++) {
      now += SECOND / 20;
      clock.observe(now, now - 500 * SECOND);
    }
    assertThat(clock.believed()).isFalse();
    run(3, 0);
    assertThat(clock.believed()).isTrue();
    assertThat(clock.offsetNanos()).isBetween(0L, SECOND / 2);
  }

  /// A batch each second, delayed by 20 ms to 1 s.
  private void run(int seconds, long offsetNanos) {
    for (int i = 0; i < seconds; i++) {
      now += SECOND;
      clock.observe(
          now, now - offsetNanos - 20_000_000 - (long) (Math.pow(random.nextDouble(), 4) * SECOND));
    }
  }
}
