package io.lockstep.agent.expose;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.batch.Outlet;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NewestTest {
  private static final Column POWER = Contract.column(Table.GPU, "power");
  private static final Column LIMIT = Contract.column(Table.GPU_SLOW, "power_limit");
  private static final String UUID = "GPU-509665ad-b600-ac93-3616-d754b23d636d";

  private final List<Object> passed = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong(5);
  private final Newest newest =
      new Newest(
          new Outlet() {
            @Override
            public void metrics(Instant time, List<Sample> samples) {
              passed.addAll(samples);
            }

            @Override
            public void events(List<Occurrence> events) {
              passed.addAll(events);
            }
          },
          nanos::get);

  private void tick(Sample... samples) {
    nanos.addAndGet(1_000_000_000L);
    newest.metrics(Instant.EPOCH, List.of(samples));
  }

  private static Sample power(double watts) {
    return Sample.of(POWER, UUID, watts);
  }

  @Test
  void passesEverythingOnAndShowsTheNewestValueOfEachSeries() {
    Sample limit = Sample.of(LIMIT, UUID, 700.0);
    tick(power(300), limit);
    assertThat(newest.samples()).containsExactlyInAnyOrder(power(300), limit);
    tick(power(310));
    assertThat(newest.samples()).containsExactlyInAnyOrder(power(310), limit);
    assertThat(passed).containsExactly(power(300), limit, power(310));
  }

  @Test
  void aSeriesThatIsLateIsMissingAndASlowOneIsNotLate() {
    tick(power(300));
    newest.samples();
    Sample limit = Sample.of(LIMIT, UUID, 700.0);
    for (int i = 0; i < 21; i++) {
      if (i % 10 == 0) {
        tick(power(300), limit);
      } else {
        tick(power(300));
      }
    }
    for (int i = 0; i < 8; i++) {
      tick();
    }
    assertThat(newest.samples()).as("power comes each second").containsExactly(limit);
    for (int i = 0; i < 25; i++) {
      tick();
    }
    assertThat(newest.samples()).isEmpty();
  }
}
