package io.lockstep.collector.window;

import static io.lockstep.collector.window.Batches.SECOND;
import static io.lockstep.collector.window.Batches.START;
import static io.lockstep.collector.window.Batches.event;
import static io.lockstep.collector.window.Batches.events;
import static io.lockstep.collector.window.Batches.row;
import static io.lockstep.collector.window.Batches.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rules.CounterState;
import io.lockstep.telemetry.rules.LinkHistory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WindowTest {
  private static final Column TEMPERATURE = Contract.column(Table.GPU, "temperature");
  private static final Column CAP_TIME = Contract.column(Table.GPU, "power_cap_time");
  private static final Column UP = Contract.column(Table.PORT, "up");
  private static final Column RECEIVED = Contract.column(Table.PORT, "received");
  private static final Column SYMBOLS = Contract.column(Table.PORT, "symbol_error");
  private static final long S = START / SECOND;

  private final Window window = new Window("c");
  private long number;

  @Test
  void keepsValuesBySecondAndLeavesTheRestAbsent() {
    at(0, 40);
    at(2, 42);
    window.seal(START + 10 * SECOND);
    int gpu = window.subject(Table.GPU, "node", "gpu-a");
    assertThat(window.at(TEMPERATURE, gpu, S)).isEqualTo(40);
    assertThat(window.at(TEMPERATURE, gpu, S + 1)).isNaN();
    assertThat(window.at(TEMPERATURE, gpu, S + 2)).isEqualTo(42);
    assertThat(window.range(TEMPERATURE, gpu, S + 2, 3)).containsExactly(40, Float.NaN, 42);
    assertThat(window.sealedEdge()).isEqualTo(S + 7);
    assertThat(window.ageSeconds(TEMPERATURE, gpu)).isEqualTo(5);
    assertThat(window.latest(TEMPERATURE, gpu)).isNaN();
    assertThat(window.latest(TEMPERATURE, gpu, 6)).isEqualTo(42);
    assertThat(window.subjects(Table.GPU)).containsExactly(new Watched("node", "gpu-a"));
  }

  @Test
  void showsNothingThatIsNotSealed() {
    at(0, 40);
    int gpu = window.subject(Table.GPU, "node", "gpu-a");
    window.seal(START + 3 * SECOND - 1);
    assertThat(window.at(TEMPERATURE, gpu, S)).isNaN();
    window.seal(START + 3 * SECOND);
    assertThat(window.at(TEMPERATURE, gpu, S)).isEqualTo(40);
  }

  @Test
  void refusesAndCountsWhatComesForASealedSlot() {
    at(0, 40);
    window.seal(START + 5 * SECOND);
    window.append(rows(id(), row(TEMPERATURE, "node", "gpu-a", START, 99)), START + 5 * SECOND);
    window.append(
        rows(id(), row(TEMPERATURE, "node", "gpu-a", START + 40 * SECOND, 99)), START + 5 * SECOND);
    assertThat(window.at(TEMPERATURE, 0, S)).isEqualTo(40);
    assertThat(window.counts().late()).isEqualTo(1);
    assertThat(window.counts().ahead()).isEqualTo(1);
    assertThat(window.counts().rows()).isEqualTo(1);
  }

  @Test
  void forgetsWhatIsOlderThanTenMinutesAlsoAfterALongStandstill() {
    at(0, 40);
    for (int second = 1; second <= 700; second++) {
      window.seal(START + second * SECOND);
    }
    assertThat(window.ageSeconds(TEMPERATURE, 0)).isEqualTo(Window.NEVER);
    window.seal(START + 100_000 * SECOND);
    for (long slot = window.sealedEdge() - 599; slot <= window.sealedEdge(); slot++) {
      assertThat(window.at(TEMPERATURE, 0, slot)).isNaN();
    }
  }

  @Test
  void takesABatchOnce() {
    var batch = rows(id(), row(TEMPERATURE, "node", "gpu-a", START, 40));
    window.append(batch, START);
    window.append(batch, START);
    assertThat(window.counts().rows()).isEqualTo(1);
    assertThat(window.counts().repeated()).isEqualTo(1);
  }

  @Test
  void storesTheIncreaseOfACounterWhereItsNewerSampleStands() {
    counter(RECEIVED, 0, (1L << 60) + 1);
    counter(RECEIVED, 1, (1L << 60) + 8);
    counter(RECEIVED, 4, (1L << 60) + 10);
    window.seal(START + 10 * SECOND);
    assertThat(window.range(RECEIVED, 0, S + 4, 5))
        .containsExactly(Float.NaN, 7, Float.NaN, Float.NaN, 2);
    assertThat(window.counter(RECEIVED, 0)).isEqualTo(CounterState.COUNTING);
  }

  @Test
  void aCounterThatFallsIsResetAndItsIncreaseUnknown() {
    counter(RECEIVED, 0, 100);
    counter(RECEIVED, 1, 5);
    window.seal(START + 4 * SECOND);
    assertThat(window.at(RECEIVED, 0, S + 1)).isNaN();
    assertThat(window.counter(RECEIVED, 0)).isEqualTo(CounterState.RESET);
    counter(RECEIVED, 2, 9);
    window.seal(START + 5 * SECOND);
    assertThat(window.at(RECEIVED, 0, S + 2)).isEqualTo(4);
  }

  @Test
  void aSaturatedCounterSaysNothingUntilItIsCleared() {
    counter(SYMBOLS, 0, 65534);
    counter(SYMBOLS, 1, 65535);
    window.append(
        events(
            id(),
            new Event(
                "e",
                START + SECOND,
                "node",
                "lockstep-agent",
                "lockstep.network.counter.saturated",
                13,
                "mlx5_0/1",
                "",
                Map.of("error.type", "symbol_error"))),
        START + SECOND);
    counter(SYMBOLS, 2, 65535);
    assertThat(window.counter(SYMBOLS, 0)).isEqualTo(CounterState.SATURATED);
    counter(SYMBOLS, 3, 0);
    counter(SYMBOLS, 4, 1);
    window.seal(START + 10 * SECOND);
    assertThat(window.range(SYMBOLS, 0, S + 4, 4)).containsExactly(1, Float.NaN, Float.NaN, 1);
  }

  @Test
  void putsSamplesOfAClockThatIsMinutesOffIntoTheRightSlots() {
    long off = 300 * SECOND;
    for (int second = 0; second < 10; second++) {
      long now = START + second * SECOND;
      window.append(rows(id(), row(TEMPERATURE, "node", "gpu-a", now - off, 40 + second)), now);
    }
    window.seal(START + 20 * SECOND);
    assertThat(window.range(TEMPERATURE, 0, S + 9, 6)).containsExactly(44, 45, 46, 47, 48, 49);
    Host host = window.host("node");
    assertThat(host).isNotNull();
    assertThat(host.clockOffsetNanos()).isEqualTo(off);
    assertThat(window.counts().unsettled()).isEqualTo(3);
  }

  @Test
  void doesNotMistakeOldBatchesForAWrongClock() {
    at(0, 40);
    for (int batch = 1; batch < 30; batch++) {
      long old = START - 600 * SECOND + batch * SECOND;
      window.append(rows(id(), row(TEMPERATURE, "node", "gpu-a", old, 99)), START + batch);
    }
    at(1, 41);
    window.seal(START + 10 * SECOND);
    assertThat(window.range(TEMPERATURE, 0, S + 1, 2)).containsExactly(40, 41);
    assertThat(window.counts().late()).isEqualTo(29);
  }

  @Test
  void keepsDownAndUpFromEventsAndSamplesAsOneStory() {
    up(0, 1);
    up(5, 0);
    window.append(
        events(id(), event("lockstep.network.link.down", "node", "mlx5_0/1", nanos(4.6))),
        nanos(5.1));
    window.append(
        events(id(), event("lockstep.network.link.up", "node", "mlx5_0/1", nanos(6.4))),
        nanos(6.5));
    up(7, 1);
    LinkHistory link = window.link(0);
    assertThat(link).isNotNull();
    assertThat(link.everUp()).isTrue();
    assertThat(link.changes())
        .containsExactly(
            new LinkHistory.Change(nanos(4.6), false), new LinkHistory.Change(nanos(6.4), true));
  }

  @Test
  void knowsWhoSaidGoodbye() {
    at(0, 40);
    window.append(
        events(id(), event("lockstep.agent.stopped", "node", "", START + SECOND)), START + SECOND);
    Host host = window.host("node");
    assertThat(host).isNotNull();
    assertThat(host.agent()).isTrue();
    assertThat(host.stoppedNanos()).isEqualTo(START + SECOND);
    at(5, 40);
    assertThat(host.stoppedNanos()).isZero();
    assertThat(host.lastHeardNanos()).isEqualTo(START + 5 * SECOND);
  }

  @Test
  void agentsAreJudgedHoweverManyOthersSendAndTheWindowSaysThatItIsFull() {
    var small = new Window("c", new Window.Config(9, 9, 2, 9, 1, 4));
    for (String other : List.of("a", "b", "c")) {
      small.append(Batches.rows(null, Batches.row(TEMPERATURE, other, "x", START, 1)), START);
    }
    small.seal(START + 4 * SECOND);
    assertThat(small.hosts()).extracting(Host::name).containsExactlyInAnyOrder("a", "b");
    assertThat(small.full()).isTrue();
    for (String agent : List.of("d", "e", "f")) {
      small.append(
          Batches.rows(new BatchId(agent, 1, 0), Batches.row(UP, agent, "p", START, 1)), START);
    }
    assertThat(small.hosts()).extracting(Host::name).containsExactlyInAnyOrder("d", "e");
    small.seal(START + 70 * SECOND);
    small.seal(START + 140 * SECOND);
    assertThat(small.full()).isFalse();
  }

  @Test
  void refusesSubjectsForWhichThereIsNoRoom() {
    var small = new Window("c", new Window.Config(2, 2, 2, 2, 1, 4));
    for (int gpu = 0; gpu < 5; gpu++) {
      small.append(rows(null, row(TEMPERATURE, "node", "gpu-" + gpu, START, 40)), START);
    }
    small.append(rows(null, row(TEMPERATURE, "node2", "gpu-0", START, 40)), START);
    small.append(rows(null, row(TEMPERATURE, "node3", "gpu-0", START, 40)), START);
    assertThat(small.subjects(Table.GPU)).hasSize(2);
    assertThat(small.hosts()).hasSize(2);
    assertThat(small.counts().refused()).isEqualTo(5);
    assertThat(small.hosts()).extracting(Host::agent).containsOnly(false);
  }

  @Test
  void saysWhichColumnsItDoesNotKeep() {
    assertThatThrownBy(() -> window.latest(CAP_TIME, 0)).hasMessageContaining("gpu.power_cap_time");
    assertThatThrownBy(() -> window.subjects(Table.HOST_SLOW)).hasMessageContaining("HOST_SLOW");
  }

  @Test
  void findsAGpuByItsIndex() {
    window.append(
        rows(id(), row(Contract.column(Table.GPU_SLOW, "gpu_index"), "node", "gpu-a", START, 3)),
        START);
    assertThat(window.gpu("node", "3")).isEqualTo("gpu-a");
    assertThat(window.gpu("node", "4")).isNull();
  }

  private void at(int second, double value) {
    long now = START + second * SECOND;
    window.append(rows(id(), row(TEMPERATURE, "node", "gpu-a", now, value)), now);
  }

  private void counter(Column column, int second, long value) {
    long now = START + second * SECOND;
    var row = new io.lockstep.telemetry.rows.Row(Table.PORT, "node", "mlx5_0/1", now);
    row.set(column, value);
    window.append(rows(id(), row), now);
  }

  private void up(int second, long value) {
    counter(UP, second, value);
  }

  private static long nanos(double second) {
    return START + Math.round(second * SECOND);
  }

  private BatchId id() {
    return new BatchId("node", 1, number++);
  }

  @Test
  void servesSmallAndEmptyBatches() {
    window.append(Batches.batch(null, List.of(), List.of(), List.of()), START);
    window.append(Batches.batch(id(), List.of(), List.of(), List.of()), START);
    assertThat(window.hosts()).extracting(Host::name).containsExactly("node");
  }
}
