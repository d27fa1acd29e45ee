package io.lockstep.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.receive.Refusal.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InFlightTest {
  private static final long MAX = 1_200;

  private final InFlight inFlight = new InFlight(MAX, MAX, 1_000);
  private final List<InFlight.Hold> holds = new ArrayList<>();

  /// Sends requests of ten bytes until one is refused.
  ///
  /// @return bytes that were taken
  private long fill(String sender, String place) {
    for (long taken = 0; ; taken += 10) {
      InFlight.Hold hold = inFlight.begin(sender, place);
      Refusal refusal = hold.grow(10);
      if (refusal != null) {
        hold.release();
        assertThat(refusal.retryAfter()).isPositive();
        return taken;
      }
      holds.add(hold);
    }
  }

  @Test
  void oneGreedySenderGetsHalfTwoAThirdEachAndThereIsRoomForTheNext() {
    assertThat(fill("a", "1")).isEqualTo(600);
    assertThat(fill("b", "1")).isEqualTo(300);
    assertThat(fill("c", "1")).isEqualTo(150);
    for (int i = 0; i < 5; i++) {
      assertThat(fill("small-" + i, "1")).isPositive();
    }
  }

  @Test
  void whatIsGivenBackIsThereForOthers() {
    fill("a", "1");
    holds.forEach(InFlight.Hold::release);
    holds.forEach(InFlight.Hold::release);
    assertThat(inFlight.bytes()).isZero();
    assertThat(inFlight.requests()).isZero();
    assertThat(fill("b", "1")).isEqualTo(600);
  }

  @Test
  void oneHostOfASharedTokenGetsHalfOfWhatTheTokenHas() {
    var shared = new InFlight(10_000, 1_200, 1_000);
    long[] taken = new long[2];
    for (int host = 0; host < taken.length; host++) {
      while (shared.begin("fleet", "host-" + host).grow(10) == null) {
        taken[host] += 10;
      }
    }
    assertThat(taken).containsExactly(600, 300);
    assertThat(shared.begin("other", "host-0").grow(1_200)).isNull();
  }

  @Test
  void anAgentOnThisMachineLeavesRoomForTheOthersThere() {
    assertThat(fill(Senders.LOCAL, "gpu-1")).isEqualTo(600);
    assertThat(fill(Senders.LOCAL, "gpu-2")).isEqualTo(300);
    // Who does not say what it is can't be told from the others.
    assertThat(fill(Senders.LOCAL, "")).isEqualTo(300);
  }

  @Test
  void aSingleRequestMayHaveAllThatIsFree() {
    assertThat(inFlight.begin("a", "1").grow(MAX)).isNull();
    Refusal refusal = inFlight.begin("b", "1").grow(1);
    assertThat(refusal).isNotNull();
    assertThat(refusal.reason()).isEqualTo(Reason.BUSY);
  }

  @Test
  void countsRequestsThatSendNothing() {
    var few = new InFlight(MAX, MAX, 10);
    for (int i = 0; i < 5; i++) {
      assertThat(few.full("a")).isNull();
      few.begin("a", "1");
    }
    Refusal refusal = few.full("a");
    assertThat(refusal).isNotNull();
    assertThat(refusal.reason()).isEqualTo(Reason.SENDER_BUSY);
    for (int i = 0; i < 5; i++) {
      assertThat(few.full("b" + i)).isNull();
      few.begin("b" + i, "1");
    }
    refusal = few.full("c");
    assertThat(refusal).isNotNull();
    assertThat(refusal.reason()).isEqualTo(Reason.BUSY);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void isExactWhateverComes(long seed) {
    var random = new Random(seed);
    Map<InFlight.Hold, Long> open = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      if (open.isEmpty() || random.nextInt(3) > 0) {
        String sender = random.nextInt(4) == 0 ? Senders.LOCAL : "s" + random.nextInt(4);
        InFlight.Hold hold = inFlight.begin(sender, random.nextBoolean() ? "" : "p");
        long held = 0;
        for (int chunk = 0; chunk < 3; chunk++) {
          int more = random.nextInt(100);
          held += hold.grow(more) == null ? more : 0;
        }
        open.put(hold, held);
      } else {
        InFlight.Hold one = open.keySet().iterator().next();
        open.remove(one);
        one.release();
      }
      long all = open.values().stream().mapToLong(Long::longValue).sum();
      assertThat(inFlight.bytes()).isEqualTo(all).isLessThanOrEqualTo(MAX);
      assertThat(inFlight.requests()).isEqualTo(open.size());
    }
    open.keySet().forEach(InFlight.Hold::release);
    assertThat(inFlight.bytes()).isZero();
    assertThat(inFlight.requests()).isZero();
  }
}
