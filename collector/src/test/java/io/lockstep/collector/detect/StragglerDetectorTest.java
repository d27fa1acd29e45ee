package io.lockstep.collector.detect;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.lockstep.collector.window.Batches;
import io.lockstep.collector.window.Window;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StragglerDetectorTest {
  private final Window window = new Window("c");
  private final Detector detector = new StragglerDetector(StragglerDetector.Config.DEFAULT);

  @ParameterizedTest
  @CsvSource({"0.3,1", "1,2", "3,3", "12,4", "20,5"})
  void findsTheSlowRankAndNoOtherWithinTenSecondsOrThreeSteps(double seconds, long seed) {
    var job = new TrainingJob(window, 64, 1, seed);
    job.run(40, seconds);
    assertThat(Heard.of(detector, window).present).isEmpty();
    job.slowness.put(59, 0.10);
    long onset = job.now;
    int steps = 0;
    while (Heard.of(detector, window).present.isEmpty() && steps < 100) {
      job.run(1, seconds);
      steps++;
    }
    assertThat(Heard.of(detector, window).present.keySet()).containsExactly(gpu(job, 59));
    assertThat(steps <= 3 || job.now + Batches.SECOND / 2 - onset <= 10 * Batches.SECOND)
        .as("%d steps, %.1f s", steps, (job.now - onset) / 1e9)
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void staysSilentOnAHealthyJobWithPausesHiccupsAndMissingRanks(long seed) {
    var job = new TrainingJob(window, 128, 4, seed);
    for (int round = 0; round < 30; round++) {
      job.run(8, 1);
      job.step(1, 30);
      job.step(2.5, 0);
      job.missing.clear();
      if (round % 3 == 1) {
        for (int rank = 0; rank < 16; rank++) {
          job.missing.add(round + rank);
        }
      }
      assertThat(Heard.of(detector, window).present).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void staysSilentOverRestarts(long seed) {
    var job = new TrainingJob(window, 64, 1, seed);
    for (int round = 0; round < 10; round++) {
      for (int step = 0; step < 15; step++) {
        job.run(1, 1);
        assertThat(Heard.of(detector, window).present).isEmpty();
      }
      job.restart();
      assertThat(Heard.of(detector, window).present).isEmpty();
    }
    job.run(20, 1);
    assertThat(Heard.of(detector, window).absent).hasSizeGreaterThan(64);
  }

  @Test
  void comparesOnlyRanksWithAsManyMicrobatches() {
    var job = new TrainingJob(window, 64, 1, 1);
    for (int step = 0; step < 60; step++) {
      job.shuffleMicrobatches();
      job.run(1, 1);
      assertThat(Heard.of(detector, window).present).isEmpty();
    }
  }

  @Test
  void saysWhichPhaseIsLonger() {
    var job = new TrainingJob(window, 64, 1, 1);
    job.run(20, 1);
    job.slowData.put(7, 0.3);
    job.run(10, 1);
    assertThat(Heard.of(detector, window).present.values())
        .singleElement()
        .extracting(Finding::summary, as(STRING))
        .contains("GPU gpu-7 of node-0000 (rank 7)", "most of it waiting for data");
  }

  @Test
  void saysThatHealthyGpusAreNotSlow() {
    var job = new TrainingJob(window, 32, 1, 1);
    job.run(30, 1);
    var heard = Heard.of(detector, window);
    for (int rank = 0; rank < 32; rank++) {
      assertThat(heard.absent).contains(gpu(job, rank));
    }
    assertThat(heard.absent)
        .contains(new SubjectKey("c", "", "job/job"), new SubjectKey("c", "node-0002", "host"));
  }

  @Test
  void waitsForEnoughData() {
    var job = new TrainingJob(window, 32, 1, 1);
    job.slowness.put(3, 0.3);
    job.run(6, 1);
    var heard = Heard.of(detector, window);
    assertThat(heard.present).isEmpty();
    assertThat(heard.absent).isEmpty();
    job.run(5, 1);
    assertThat(Heard.of(detector, window).present).hasSize(1);
  }

  @Test
  void doesNotCompareTooFewPeers() {
    var job = new TrainingJob(window, 6, 2, 1);
    job.slowness.put(3, 0.3);
    job.run(30, 1);
    var heard = Heard.of(detector, window);
    assertThat(heard.present).isEmpty();
    assertThat(heard.absent).isEmpty();
  }

  @Test
  void comparesWithinAStageOnly() {
    var job = new TrainingJob(window, 64, 4, 1);
    job.slowness.put(5, 0.15);
    job.run(30, 1);
    assertThat(Heard.of(detector, window).present.keySet()).containsExactly(gpu(job, 5));
  }

  @Test
  void allowsForLongerSequences() {
    var job = new TrainingJob(window, 64, 1, 1).withSequences();
    for (int round = 0; round < 20; round++) {
      job.run(5, 1);
      assertThat(Heard.of(detector, window).present).isEmpty();
    }
    job.slowness.put(17, 0.15);
    job.run(10, 1);
    assertThat(Heard.of(detector, window).present.keySet()).containsExactly(gpu(job, 17));
  }

  @Test
  void cannotTellOfAJobOfWhichOnlyAPartIsHeard() {
    var job = new TrainingJob(window, 128, 1, 1);
    for (int rank = 64; rank < 128; rank++) {
      job.missing.add(rank);
    }
    job.slowness.put(17, 0.2);
    job.run(30, 1);
    assertThat(Heard.of(detector, window).present).isEmpty();
    assertThat(Heard.of(detector, window).absent).isEmpty();
    assertThat(Hearing.isEnough(window.jobs().getFirst())).isFalse();
    assertThat(Hearing.words(window.jobs().getFirst()))
        .isEqualTo("cannot tell who is slow: only 64 of 128 ranks are heard here");
    job.missing.clear();
    job.run(30, 1);
    assertThat(Heard.of(detector, window).present.keySet()).containsExactly(gpu(job, 17));
  }

  @Test
  void aRankOrTwoThatWereNeverHeardDoNotMatter() {
    var job = new TrainingJob(window, 128, 1, 1);
    job.missing.add(90);
    job.missing.add(91);
    job.slowness.put(17, 0.2);
    job.run(30, 1);
    assertThat(Heard.of(detector, window).present.keySet()).containsExactly(gpu(job, 17));
  }

  @Test
  void accusesNobodyWhenTooManyAreSlow() {
    var job = new TrainingJob(window, 64, 1, 1);
    for (int rank : new int[] {1, 12, 23, 34, 45}) {
      job.slowness.put(rank, 0.2);
    }
    job.run(30, 1);
    var present = Heard.of(detector, window).present;
    assertThat(present.keySet()).containsExactly(new SubjectKey("c", "", "job/job"));
    assertThat(present.values())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.kind()).isEqualTo(IncidentKind.JOB_SLOW);
          assertThat(finding.summary()).contains("5 ranks of job job on 5 servers");
        });
  }

  @Test
  void accusesTheServerWhenMostOfItsRanksAreSlow() {
    var job = new TrainingJob(window, 64, 1, 1);
    for (int rank = 8; rank < 16; rank++) {
      job.slowness.put(rank, 0.2);
    }
    job.run(30, 1);
    var present = Heard.of(detector, window).present;
    assertThat(present.keySet()).containsExactly(new SubjectKey("c", "node-0001", "host"));
    assertThat(present.values())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.kind()).isEqualTo(IncidentKind.HOST_SLOW);
          assertThat(finding.summary()).contains("8 of its 8 ranks");
        });
  }

  @Test
  void isNotFooledByARankThatWorksLongerAndWaitsAsLong() {
    var job = new TrainingJob(window, 64, 1, 1);
    job.overlapping.add(9);
    job.run(30, 1);
    var heard = Heard.of(detector, window);
    assertThat(heard.present).isEmpty();
    assertThat(heard.absent).doesNotContain(gpu(job, 9));
  }

  @Test
  void clearsOnlyWhatWorksAsFastAsItsPeersAgain() {
    var job = new TrainingJob(window, 64, 1, 1);
    job.slowness.put(9, 0.3);
    job.run(30, 1);
    job.slowness.clear();
    job.run(1, 1);
    assertThat(Heard.of(detector, window).absent).doesNotContain(gpu(job, 9));
    job.run(8, 1);
    assertThat(Heard.of(detector, window).absent).contains(gpu(job, 9));
  }

  @Test
  void saysNothingOfTheRanksOfAJobThatHasStopped() {
    var job = new TrainingJob(window, 64, 1, 1);
    job.slowness.put(9, 0.3);
    job.run(30, 1);
    assertThat(Heard.of(detector, window).present).hasSize(1);
    window.seal(job.now + 100 * Batches.SECOND);
    var idle = Heard.of(detector, window);
    assertThat(idle.present).isEmpty();
    assertThat(idle.absent).isEmpty();
    window.seal(job.now + 700 * Batches.SECOND);
    var ended = Heard.of(detector, window);
    assertThat(ended.present).isEmpty();
    assertThat(ended.absent).containsExactly(new SubjectKey("c", "", "job/job"));
  }

  @Test
  void saysHowTheGpuIsAndWhatItCosts() {
    var job = new TrainingJob(window, 32, 1, 1);
    job.run(20, 1);
    job.slowness.put(19, 0.24);
    for (int second = 0; second < 12; second++) {
      job.gpus(Set.of(19));
      job.run(1, 0.8);
    }
    assertThat(Heard.of(detector, window).present.values())
        .singleElement()
        .extracting(Finding::summary, as(STRING))
        .matches(
            "GPU 3 of node-0002 \\(rank 19\\) does its share of the step 2[345] % slower than its 31"
                + " peers for the last 1[0-3] steps; it is hot: 91 °C against 6[0-9] °C, clock 1,230"
                + " MHz against 1,755 MHz, hardware thermal slowdown; the job of 32 ranks waits"
                + " 0\\.1[0-9] s each step\\.");
  }

  private static SubjectKey gpu(TrainingJob job, int rank) {
    return new SubjectKey("c", job.rank(rank).host(), job.rank(rank).gpu());
  }
}
