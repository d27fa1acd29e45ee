package io.lockstep.collector.detect;

import static io.lockstep.collector.window.Batches.SECOND;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.collector.window.Window;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/// The step times of the MLPerf Training runs that logged any as a job's time base, with made-up
/// differences between ranks: 0.5 % median absolute deviation of own work.
class MlperfStepTimesTest {
  private static final int RANKS = 16;
  private static final int SLOW = 11;
  private static final int STEPS_AT_MOST = 1_000;

  private final Detector detector = new StragglerDetector(StragglerDetector.Config.DEFAULT);

  @Test
  void staysSilentOnEveryRun() throws IOException {
    long seed = 0;
    for (var run : runs().entrySet()) {
      var job = job(++seed);
      for (double seconds : run.getValue()) {
        step(job, seconds, run.getValue(), seed);
        assertThat(Heard.of(detector, job.window).present).as(run.getKey()).isEmpty();
      }
    }
  }

  @Test
  void namesTheRankThatIsTenPercentSlowWithinTenSecondsOrThreeSteps() throws IOException {
    long seed = 1000;
    for (var run : runs().entrySet()) {
      var job = job(++seed);
      List<Double> times = run.getValue();
      int onset = times.size() / 2;
      for (double seconds : times.subList(0, onset)) {
        step(job, seconds, times, seed);
      }
      job.slowness.put(SLOW, 0.10);
      long begin = job.now;
      int steps = 0;
      while (Heard.of(detector, job.window).present.isEmpty() && onset + steps < times.size()) {
        step(job, times.get(onset + steps), times, seed);
        steps++;
      }
      assertThat(Heard.of(detector, job.window).present.keySet())
          .as(run.getKey())
          .containsExactly(new SubjectKey("c", job.rank(SLOW).host(), job.rank(SLOW).gpu()));
      double waited = (double) (job.now + SECOND / 2 - begin) / SECOND;
      assertThat(steps <= 3 || waited <= 10)
          .as("%s: %d steps, %.1f s", run.getKey(), steps, waited)
          .isTrue();
    }
  }

  private static TrainingJob job(long seed) {
    return new TrainingJob(new Window("c"), RANKS, 1, seed);
  }

  /// What is beyond the usual step is longer work of all in every other run, and in the others a
  /// stall of all.
  private static void step(TrainingJob job, double seconds, List<Double> run, long seed) {
    double usual = Spread.median(run.stream().mapToDouble(Double::doubleValue).toArray());
    double whole = 1 + TrainingJob.COMMUNICATION;
    if (seed % 2 == 0 || seconds < usual) {
      job.step(seconds / whole, 0);
    } else {
      job.stall(usual / whole, seconds - usual);
    }
  }

  /// Run → its first step times, seconds.
  private static Map<String, List<Double>> runs() throws IOException {
    Path file =
        Path.of(
            Objects.requireNonNullElse(System.getProperty("lockstep.shared"), ""),
            "corpora/mlperf-step-times/steps.csv.gz");
    assumeTrue(Files.isRegularFile(file), "needs the corpus " + file);
    Map<String, List<Double>> runs = new LinkedHashMap<>();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), UTF_8))) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int comma = line.lastIndexOf(',');
        List<Double> run =
            runs.computeIfAbsent(line.substring(0, line.indexOf(',')), _ -> new ArrayList<>());
        if (run.size() < STEPS_AT_MOST) {
          run.add(Double.parseDouble(line.substring(comma + 1)));
        }
      }
    }
    assertThat(runs).hasSizeGreaterThan(50);
    return runs;
  }
}
