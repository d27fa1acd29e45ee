package io.lockstep.agent.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.agent.batch.Burden;
import io.lockstep.agent.sample.Importance;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.telemetry.config.ByteSize;
import io.lockstep.telemetry.otlp.Occurrence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShedderTest {
  private static final Instant T0 = Instant.parse("2026-11-23T10:00:00Z");
  private static final long SECOND = 1_000_000_000L;

  private record Source(String name, Importance importance) implements Sampler {
    @Override
    public Duration interval() {
      return Duration.ofSeconds(1);
    }

    @Override
    public Reading sample(Instant now) {
      return new Reading(List.of(), List.of());
    }
  }

  private final Burden burden = new Burden();
  private final List<Sampler> samplers =
      List.of(
          new Source("gpu", Importance.VITAL),
          new Source("host", Importance.HOST),
          new Source("disks", Importance.EXTRA),
          new Source("interfaces", Importance.EXTRA));
  private final Shedder shedder = new Shedder(Budget.DEFAULT, samplers, burden);
  private final List<Occurrence> events = new ArrayList<>();
  private long nanos = 7 * SECOND;
  private long cpu;

  /// So much time at a share of a core.
  private void spend(Duration time, double share, long resident) {
    for (long second = 0; second < time.toSeconds(); second += 10) {
      nanos += 10 * SECOND;
      cpu += (long) (share * 10 * SECOND);
      var cost = new Cost(cpu, resident, -1, 30, 500, 1_000);
      events.addAll(shedder.judge(cost, T0.plusNanos(nanos), nanos));
    }
  }

  private List<String> shed() {
    return samplers.stream().map(Sampler::name).filter(burden::isShed).toList();
  }

  @Test
  void withinItsBudgetItGivesNothingUp() {
    spend(Duration.ofHours(1), 0.045, 100 << 20);
    assertThat(events).isEmpty();
  }

  @Test
  void theFirstMinutesOfAJvmAreForgiven() {
    spend(Duration.ofMinutes(2), 0.9, 100 << 20);
    spend(Duration.ofMinutes(5), 0.01, 100 << 20);
    assertThat(events).isEmpty();
  }

  @Test
  void overBudgetTheLeastImportantGoFirstAndTheGpusLast() {
    spend(Duration.ofMinutes(2), 0.01, 100 << 20);
    spend(Duration.ofMinutes(1), 0.2, 100 << 20);
    assertThat(shed()).hasSize(1).containsAnyOf("disks", "interfaces");
    assertThat(events.getFirst().name()).isEqualTo("lockstep.agent.sampler.shed");
    assertThat(events.getFirst().body())
        .contains("budget.cpu is 0.050 of a core, the agent costs 0.");
    spend(Duration.ofSeconds(80), 0.2, 100 << 20);
    assertThat(shed()).containsExactly("host", "disks", "interfaces");
    spend(Duration.ofMinutes(1), 0.2, 100 << 20);
    assertThat(shed()).containsExactly("gpu", "host", "disks", "interfaces");
    spend(Duration.ofMinutes(10), 0.2, 100 << 20);
    assertThat(events).as("once for each").hasSize(4);
  }

  @Test
  void forMemoryWhatItIsThereForIsNeverGivenUp() {
    spend(Duration.ofMinutes(20), 0.01, 300 << 20);
    assertThat(shed()).containsExactly("host", "disks", "interfaces");
    assertThat(events.getFirst().body()).contains("budget.memory is 192 MiB, the agent takes 300");
  }

  @Test
  void theyComeBackOneByOneAndNotForAMoment() {
    spend(Duration.ofMinutes(2), 0.01, 100 << 20);
    spend(Duration.ofSeconds(80), 0.2, 100 << 20);
    assertThat(shed()).hasSize(2);
    spend(Duration.ofMinutes(10), 0.045, 100 << 20);
    assertThat(shed()).as("below the limit is not yet room").hasSize(2);
    spend(Duration.ofSeconds(150), 0.01, 100 << 20);
    assertThat(shed()).hasSizeBetween(1, 2);
    spend(Duration.ofMinutes(10), 0.01, 100 << 20);
    assertThat(shed()).isEmpty();
    assertThat(events).extracting(Occurrence::name).endsWith("lockstep.agent.sampler.resumed");
  }

  @Test
  void whoHasToGoAgainWaitsLonger() {
    spend(Duration.ofMinutes(2), 0.01, 100 << 20);
    for (int i = 0; i < 50; i++) {
      spend(Duration.ofSeconds(40), burden.isShed("disks") ? 0.01 : 0.06, 100 << 20);
      spend(Duration.ofMinutes(2), burden.isShed("disks") ? 0.01 : 0.06, 100 << 20);
    }
    assertThat(events.size()).as("in more than two hours").isLessThan(20);
  }

  @Test
  void whatCantBeReadIsUnknownAndNoReasonToGiveAnythingUp(@TempDir Path folder) throws Exception {
    Cost nothing = new OwnProcess(folder, 1).read(1);
    assertThat(List.of(nothing.residentBytes(), nothing.threads(), nothing.handles()))
        .containsOnly(-1L);
    Files.writeString(folder.resolve("status"), "Name:\tjava\nVmRSS:\t   51234 kB\nThreads:\t31\n");
    Files.writeString(folder.resolve("io"), "rchar: 1\nwrite_bytes: 4096\n");
    Files.writeString(folder.resolve("smaps_rollup"), "x [rollup]\nRss: 9 kB\nPss:   7 kB\n");
    Cost cost = new OwnProcess(folder, 1).read(1);
    assertThat(cost.residentBytes()).isEqualTo(51_234L << 10);
    assertThat(cost.threads()).isEqualTo(31);
    assertThat(cost.writtenBytes()).isEqualTo(4_096);
    assertThat(cost.proportionalBytes()).isEqualTo(7 << 10);
    for (int i = 0; i < 100; i++) {
      nanos += 10 * SECOND;
      var unknown = new Cost(-1, -1, -1, -1, -1, -1);
      assertThat(shedder.judge(unknown, T0, nanos)).isEmpty();
    }
  }

  @Test
  void aBudgetWithoutSenseIsRefused() {
    var much = ByteSize.ofMebibytes(100);
    assertThatThrownBy(() -> new Budget(0, much, 99, much, Duration.ofSeconds(30)))
        .hasMessage("cpu must be above 0.001 and at most 64, is 0.0");
    assertThatThrownBy(() -> new Budget(1, much, 9, much, Duration.ofSeconds(30)))
        .hasMessage("handles must be at least 64, are 9");
    assertThatThrownBy(() -> new Budget(1, much, 99, much, Duration.ofSeconds(3)))
        .hasMessageContaining("patience must be 10s to 1h");
  }
}
