package io.lockstep.collector.window;

import static io.lockstep.collector.window.Batches.SECOND;
import static io.lockstep.collector.window.Batches.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class JobWindowTest {
  private static final Column COMPUTE = Contract.column(Table.RANK, "compute");
  private static final int RANKS = 16;

  private final Window window = new Window("c");

  @Test
  void sealsAnIterationWhenAllRanksAreIn() {
    send(0, rank -> rank < 15, START);
    window.seal(START + SECOND / 10);
    assertThat(job().iterations()).isEmpty();
    send(0, rank -> rank == 15, START);
    window.seal(START + SECOND / 5);
    assertThat(job().iterations()).hasSize(1);
    Iteration iteration = job().iterations().getFirst();
    assertThat(iteration.complete()).isTrue();
    assertThat(iteration.reported()).isEqualTo(RANKS);
    assertThat(iteration.stepSeconds()).isEqualTo(2);
    assertThat(iteration.endNanos()).isEqualTo(START);
    assertThat(iteration.startNanos()).isEqualTo(START - 2 * SECOND);
    assertThat(iteration.value(7, COMPUTE)).isEqualTo(1.5);
    assertThat(iteration.value(99, COMPUTE)).isNaN();
    assertThat(job().expected()).isEqualTo(RANKS);
  }

  @Test
  void waitsTwoStepsForRanksThatAreMissingAndThenNoMore() {
    long now = START;
    for (int iteration = 0; iteration < 20; iteration++, now += 2 * SECOND) {
      send(iteration, _ -> true, now);
      window.seal(now);
    }
    send(20, rank -> rank != 3, now);
    window.seal(now + 4 * SECOND - 1);
    assertThat(job().iterations()).hasSize(20);
    window.seal(now + 4 * SECOND);
    assertThat(job().iterations()).hasSize(21);
    assertThat(job().iterations().getLast().complete()).isFalse();
    assertThat(job().iterations().getLast().value(3, COMPUTE)).isNaN();
    now += 4 * SECOND;
    send(21, rank -> rank != 3, now);
    window.seal(now + 4 * SECOND);
    now += 4 * SECOND;
    send(22, rank -> rank != 3, now);
    window.seal(now + 1);
    assertThat(job().iterations()).hasSize(23);
    send(23, rank -> rank == 3, now + SECOND);
    window.seal(now + SECOND + 1);
    assertThat(job().iterations()).hasSize(23);
  }

  @Test
  void refusesLateStepsAndTakesRepeatedOnesOnce() {
    send(0, _ -> true, START);
    send(1, rank -> rank < 4, START + 2 * SECOND);
    send(1, rank -> rank < 4, START + 2 * SECOND);
    window.seal(START + 2 * SECOND);
    send(0, rank -> rank < 2, START);
    assertThat(window.counts().steps()).isEqualTo(RANKS + 4);
    assertThat(window.counts().repeated()).isEqualTo(4);
    assertThat(window.counts().late()).isEqualTo(2);
  }

  @Test
  void keepsTheLastIterationsOnly() {
    for (int iteration = 0; iteration < 400; iteration++) {
      send(iteration, _ -> true, START + iteration * SECOND);
      window.seal(START + iteration * SECOND);
    }
    assertThat(job().iterations()).hasSize(JobWindow.KEPT);
    assertThat(job().iterations().getFirst().number()).isEqualTo(400 - JobWindow.KEPT);
    assertThat(job().firstIteration()).isZero();
    assertThat(job().medianStepSeconds()).isEqualTo(2);
  }

  @Test
  void beginsAnewWhenTheJobCountsFromAnEarlierIterationAgain() {
    for (int iteration = 0; iteration < 50; iteration++) {
      send(iteration, _ -> true, START + iteration * SECOND);
      window.seal(START + iteration * SECOND);
    }
    for (int iteration = 20; iteration < 30; iteration++) {
      long now = START + (100 + iteration) * SECOND;
      send(iteration, _ -> true, now);
      window.seal(now + 20 * SECOND);
    }
    assertThat(job().iterations().getLast().number()).isEqualTo(29);
    assertThat(job().firstIteration()).isEqualTo(20);
  }

  @Test
  void isNotConfusedByOneRankThatCountsDifferently() {
    for (int iteration = 0; iteration < 50; iteration++) {
      long now = START + 10L * iteration * SECOND;
      send(1000 + iteration, rank -> rank != 5, now);
      send(iteration, rank -> rank == 5, now);
      window.seal(now + 5 * SECOND);
    }
    assertThat(job().iterations().getLast().number()).isEqualTo(1049);
    assertThat(job().iterations().size()).isGreaterThan(40);
  }

  @Test
  void hasRoomForSoManyJobsAndRanksOnly() {
    var small = new Window("c", new Window.Config(8, 8, 8, 8, 1, RANKS));
    small.append(Batches.steps(null, steps(0, _ -> true, START)), START);
    assertThat(small.counts().steps()).isEqualTo(RANKS);
    Step other = steps(0, rank -> rank == 0, START).getFirst();
    var second = new Step("other", "0", 0, 0, 1, -1, -1, "", other.startNanos(), other.row());
    small.append(Batches.steps(null, List.of(second)), START);
    var beyond = new Step("job", "0", 0, RANKS, RANKS, -1, -1, "", other.startNanos(), other.row());
    small.append(Batches.steps(null, List.of(beyond)), START);
    assertThat(small.counts().refused()).isEqualTo(2);
    small.append(Batches.steps(null, List.of(second)), START + 700 * SECOND);
    assertThat(small.jobs()).extracting(JobWindow::job).containsExactly("other");
  }

  private JobWindow job() {
    return window.jobs().getFirst();
  }

  private void send(long iteration, IntPredicate in, long endNanos) {
    window.append(Batches.steps(null, steps(iteration, in, endNanos)), endNanos);
  }

  private static List<Step> steps(long iteration, IntPredicate in, long endNanos) {
    var steps = new ArrayList<Step>();
    for (int rank = 0; rank < RANKS; rank++) {
      if (in.test(rank)) {
        var who = new Rank(rank, "node-" + rank / 8, "gpu-" + rank, -1, -1);
        steps.add(
            Batches.step(iteration, who, RANKS, endNanos, Map.of("step", 2.0, "compute", 1.5)));
      }
    }
    return steps;
  }
}
