package io.lockstep.simulator;

import static io.lockstep.simulator.Recording.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.telemetry.rows.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A synchronous job's steps: together in time, apart in work.
class StepsTest {
  private static final int CULPRIT = 11; // on node-0002, GPU 3

  @Test
  void allRanksBeginAndEndAStepTogetherAndOneStepFollowsTheOther() {
    var recording = Recording.ofSteps(new ClusterSpec(8, 1, 1), 120);
    long before = Recording.ORIGIN;
    for (var ranks : recording.iterations().values()) {
      long end = ranks.firstEntry().getValue().row().timeNanos();
      for (Step step : ranks.values()) {
        assertThat(step.startNanos()).isEqualTo(before);
        assertThat(step.row().timeNanos()).isEqualTo(end);
      }
      before = end;
    }
    assertThat(recording.iterations()).hasSizeGreaterThan(80);
  }

  @Test
  void phasesMakeUpTheStepAndWaitsAndTransfersTheCommunication() {
    var recording = Recording.ofSteps(new ClusterSpec(8, 2, 1), 70);
    for (var ranks : recording.iterations().values()) {
      for (Step step : ranks.values()) {
        double phases = 0;
        for (String phase :
            List.of("data", "compute", "communication", "optimizer", "checkpoint", "evaluation")) {
          phases += orNothing(value(step, phase));
        }
        assertThat(phases).isBetween(value(step, "step") - 1e-6, value(step, "step") + 1e-6);
        double collectives = 0;
        for (String group : List.of("tensor", "pipeline", "data")) {
          assertThat(value(step, group + "_wait")).isGreaterThanOrEqualTo(0);
          collectives += value(step, group + "_wait") + value(step, group + "_transfer");
        }
        assertThat(collectives)
            .isBetween(value(step, "communication") - 1e-6, value(step, "communication") + 1e-6);
      }
    }
  }

  private static double orNothing(double value) {
    return Double.isNaN(value) ? 0 : value;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theCulpritComputesLongestAndWaitsLeastAndLooksFastest(long seed) {
    var recording =
        Recording.ofSteps(new ClusterSpec(8, seed, 1), 100, "gpu-slow@node-0002/3,heat=false");
    for (var ranks : recording.iterations().values()) {
      assertThat(most(ranks.values(), "compute").rank()).isEqualTo(CULPRIT);
      assertThat(least(ranks.values(), "communication").rank()).isEqualTo(CULPRIT);
      Step culprit = Objects.requireNonNull(ranks.get(CULPRIT));
      assertThat(value(culprit, "tensor_wait")).isZero();
      assertThat(value(culprit, "data_wait")).isZero();
    }
  }

  @Test
  void aSlowGpuMakesItsOwnWorkLongerByItsDepthAndTouchesNobodyElsesWork() {
    var spec = new ClusterSpec(8, 4, 1);
    var healthy = Recording.ofSteps(spec, 60).iterations();
    var slow =
        Recording.ofSteps(spec, 60, "gpu-slow@node-0002/3,heat=false,depth=0.1").iterations();
    for (var ranks : slow.values()) {
      var before = Objects.requireNonNull(healthy.get(ranks.firstEntry().getValue().iteration()));
      if (paused(before)) {
        continue;
      }
      for (int rank = 0; rank < spec.ranks(); rank++) {
        double factor =
            value(Objects.requireNonNull(ranks.get(rank)), "compute")
                / value(Objects.requireNonNull(before.get(rank)), "compute");
        double expected = rank == CULPRIT ? 1.1 : 1;
        assertThat(factor).isBetween(expected - 1e-6, expected + 1e-6);
      }
    }
    assertThat(slow).hasSizeGreaterThan(30);
  }

  /// In a pause, what is added is the same for all.
  private static boolean paused(NavigableMap<Integer, Step> ranks) {
    return value(ranks.firstEntry().getValue(), "step") > 1.09;
  }

  @Test
  void theLastStageWorksHonestlyMoreAndOnlyItKnowsTheLoss() {
    var recording = Recording.ofSteps(new ClusterSpec(16, 5, 1), 60);
    for (var ranks : recording.iterations().values()) {
      if (paused(ranks)) {
        continue;
      }
      double middle = stage(ranks.values(), 1);
      assertThat(stage(ranks.values(), 3) / middle).isBetween(1.05, 1.11);
      for (Step step : ranks.values()) {
        assertThat(Double.isNaN(value(step, "loss"))).isEqualTo(step.pipelineStage() != 3);
      }
    }
  }

  private static double stage(Collection<Step> steps, int stage) {
    return median(
        steps.stream()
            .filter(step -> step.pipelineStage() == stage)
            .mapToDouble(step -> value(step, "compute"))
            .toArray());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void oneRanksWorkScattersAsMeasured(long seed) {
    var recording = Recording.ofSteps(new ClusterSpec(8, seed, 1), 200);
    var deviations = new ArrayList<Double>();
    for (var ranks : recording.iterations().values()) {
      if (!paused(ranks)) {
        // One server's ranks work on the same sequences: what is left is their noise.
        double[] own =
            ranks.headMap(8).values().stream().mapToDouble(s -> value(s, "compute")).toArray();
        double middle = median(own);
        Arrays.stream(own).forEach(one -> deviations.add(Math.abs(one / middle - 1)));
      }
    }
    // The MAD of MLPerf's step times is 0.5 % of the median, p90 0.9 %.
    assertThat(median(deviations)).isBetween(0.0035, 0.0075);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void stepTimesAreThoseOfRealRuns(long seed) {
    var spec = new ClusterSpec(8, seed, 2);
    var job = spec.jobs().getFirst();
    var pauses = new Pauses(List.of(3.0, 1.7), 0, 0, 0, 0, 0.0125);
    StepTimes times = StepTimes.usual(spec, job, pauses);
    var seconds = new ArrayList<Double>();
    for (long i = 2; i < 20_000; i++) {
      var plan = times.plan(i);
      seconds.add(plan.work() + plan.collection() + plan.loading());
    }
    double middle = median(seconds);
    assertThat(middle).isBetween(1.99, 2.01);
    assertThat(median(seconds.stream().map(one -> Math.abs(one / middle - 1)).toList()))
        .isBetween(0.004, 0.006);
    // 792 of 63,176 steps take more than 1.1 medians; of those, half less than 1.13.
    var hiccups = seconds.stream().filter(one -> one > 1.09 * middle).toList();
    assertThat(hiccups.size() / 20_000.0).isBetween(0.010, 0.015);
    assertThat(hiccups).allMatch(one -> one < 3.1 * middle);
    assertThat(median(hiccups) / middle).isBetween(1.11, 1.16);
  }

  @Test
  void theFirstStepsAreSlowAndEvaluationAndCheckpointStandInPhasesOfTheirOwn() {
    var recording = Recording.of(new ClusterSpec(1, 6, 1), 70);
    var iterations = recording.iterations();
    assertThat(step(iterations, 0)).isGreaterThan(2.5);
    assertThat(step(iterations, 1)).isGreaterThan(1.5);
    assertThat(with(iterations, "evaluation")).containsExactly(47L);
    assertThat(with(iterations, "checkpoint")).containsExactly(30L);
    assertThat(recording.events().filter(e -> e.name().equals("training.checkpoint.saved")))
        .singleElement()
        .satisfies(e -> assertThat(e.attributes()).containsEntry("training.iteration", "30"));
  }

  private static double step(
      NavigableMap<Long, NavigableMap<Integer, Step>> iterations, long number) {
    return value(Objects.requireNonNull(iterations.get(number)).firstEntry().getValue(), "step");
  }

  private static List<Long> with(
      NavigableMap<Long, NavigableMap<Integer, Step>> iterations, String phase) {
    return iterations.entrySet().stream()
        .filter(
            one -> one.getValue().values().stream().noneMatch(s -> Double.isNaN(value(s, phase))))
        .map(java.util.Map.Entry::getKey)
        .toList();
  }

  @Test
  void aGivenSeriesIsFollowedExactlyWhenAllAreHealthy() throws IOException {
    double[] series = mlperf();
    var spec = new ClusterSpec(8, 7, 1);
    var recording = Recording.ofSteps(spec, StepTimes.series(series), 200);
    var iterations = recording.iterations();
    assertThat(iterations).hasSizeGreaterThan(9);
    iterations.forEach((number, ranks) ->
        assertThat(value(ranks.firstEntry().getValue(), "step"))
            .isBetween(
                series[number.intValue() % series.length] - 1e-6,
                series[number.intValue() % series.length] + 1e-6));
  }

  /// Step times of the first run of the corpus: GPT-3 on 512 H100.
  private static double[] mlperf() throws IOException {
    Path file =
        Path.of(
            Objects.requireNonNullElse(System.getProperty("lockstep.shared"), ""),
            "corpora/mlperf-step-times/steps.csv.gz");
    assumeTrue(Files.isRegularFile(file), "needs the corpus " + file);
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .skip(1)
          .limit(200)
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(',') + 1)))
          .toArray();
    }
  }

  @Test
  void ranksLieAsMegatronLaysThem() {
    var recording = Recording.ofSteps(new ClusterSpec(8, 8, 1), 10);
    var ranks = recording.iterations().firstEntry().getValue();
    Step step = Objects.requireNonNull(ranks.get(8 * 5 + 2));
    assertThat(step.row().host()).isEqualTo("node-0006");
    assertThat(step.gpu()).isEqualTo(recording.spec.gpu(5, 2));
    assertThat(step.pipelineStage()).isEqualTo(2);
    assertThat(step.worldSize()).isEqualTo(64);
    assertThat(step.job()).isEqualTo("llm-pretrain");
    assertThat(step.attempt()).isEqualTo("0");
  }

  private static Step most(Collection<Step> steps, String column) {
    return steps.stream().max(Comparator.comparingDouble(s -> value(s, column))).orElseThrow();
  }

  private static Step least(Collection<Step> steps, String column) {
    return steps.stream().min(Comparator.comparingDouble(s -> value(s, column))).orElseThrow();
  }

  private static double median(Collection<Double> values) {
    return median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
