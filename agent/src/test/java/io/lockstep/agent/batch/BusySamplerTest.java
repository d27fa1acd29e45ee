package io.lockstep.agent.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.budget.Budget;
import io.lockstep.agent.budget.Cost;
import io.lockstep.agent.budget.OwnProcess;
import io.lockstep.agent.budget.Shedder;
import io.lockstep.agent.sample.Importance;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.telemetry.config.ByteSize;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Real rounds of a sampler that really takes processor time.
class BusySamplerTest {
  private static final Instant T0 = Instant.parse("2026-11-23T10:00:00Z");

  /// @param nanos that a round works, and does not only wait
  private record Source(String name, Importance importance, AtomicInteger rounds, long nanos)
      implements Sampler {
    @Override
    public Duration interval() {
      return Duration.ofSeconds(1);
    }

    @Override
    public Reading sample(Instant now) {
      rounds.incrementAndGet();
      long end = System.nanoTime() + nanos;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      return new Reading(List.of(), List.of());
    }
  }

  private static final Outlet NOWHERE = new Nowhere();

  private final Burden burden = new Burden();

  @Test
  void aBusySamplerIsFoundByItsTimeAndRunsNoMore() throws Exception {
    var busy = new Source("busy", Importance.EXTRA, new AtomicInteger(), 200_000_000L);
    var light = new Source("light", Importance.EXTRA, new AtomicInteger(), 0);
    List<Sampler> all =
        List.of(light, busy, new Source("gpu", Importance.VITAL, new AtomicInteger(), 0));
    try (var rounds = new Rounds(all, Duration.ofSeconds(1), NOWHERE, burden)) {
      var own = new OwnProcess();
      var judge =
          new Shedder(
              new Budget(
                  0.02,
                  ByteSize.ofMebibytes(9_000),
                  100_000,
                  ByteSize.ofMebibytes(900),
                  Duration.ofSeconds(10)),
              all,
              burden);
      // The process's real processor time, as if ten rounds had taken eleven seconds.
      long time = 0;
      Cost begin = own.read(0);
      assertThat(begin.cpuNanos()).isPositive();
      judge.judge(begin, T0, time);
      time += Duration.ofMinutes(3).toNanos();
      judge.judge(own.read(1), T0, time);
      for (int i = 0; i < 4; i++) {
        rounds.tick(T0.plusSeconds(i));
      }
      time += Duration.ofSeconds(11).toNanos();
      assertThat(judge.judge(own.read(2), T0, time))
          .singleElement()
          .satisfies(event ->
              assertThat(event.attributes()).containsEntry("lockstep.agent.sampler", "busy"));
      int before = busy.rounds().get();
      for (int i = 4; i < 7; i++) {
        rounds.tick(T0.plusSeconds(i));
      }
      assertThat(busy.rounds()).hasValue(before);
      assertThat(light.rounds()).hasValue(7);
    }
  }
}
