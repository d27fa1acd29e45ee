package io.lockstep.collector.detect;

import static io.lockstep.collector.window.Batches.SECOND;
import static io.lockstep.collector.window.Batches.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.collector.window.Batches;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import java.time.Duration;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SilenceDetectorTest {
  private static final SubjectKey COLLECTOR = new SubjectKey("c", "", "collector");

  private final Window window = new Window("c");
  private final Detector detector = new SilenceDetector(SilenceDetector.Config.DEFAULT);
  private final Random random = new Random(1);
  private long second;

  @Test
  void findsTheSilentServerAndNoOther() {
    heard(30, 20, _ -> true);
    heard(9, 20, host -> host != 3);
    assertThat(verdicts().present).isEmpty();
    heard(2, 20, host -> host != 3);
    var heard = verdicts();
    assertThat(heard.present.keySet()).containsExactly(host(3));
    assertThat(heard.present.values())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.kind()).isEqualTo(IncidentKind.HOST_SILENT);
          assertThat(finding.summary())
              .isEqualTo(
                  "node-3 is silent: its agent was last heard 12 s ago; no training job is"
                      + " known on it.");
          assertThat(finding.evidence()).containsEntry("limit_seconds", 10.0);
        });
    assertThat(heard.absent).hasSize(20).contains(COLLECTOR, host(0), host(19));
  }

  @Test
  void clearsAServerThatIsHeardAgain() {
    heard(30, 20, _ -> true);
    heard(15, 20, host -> host != 3);
    assertThat(verdicts().present).isNotEmpty();
    heard(1, 20, _ -> true);
    assertThat(verdicts().present).isEmpty();
    assertThat(verdicts().absent).contains(host(3));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 20, 200})
  void blamesTheCollectorWhenNobodyIsHeard(int hosts) {
    heard(30, hosts, _ -> true);
    for (int silent = 0; silent < 20; silent++) {
      heard(1, hosts, _ -> false);
      assertThat(verdicts().present).doesNotContainKey(host(0)).hasSizeLessThanOrEqualTo(1);
    }
    var heard = verdicts();
    assertThat(heard.present.keySet()).containsExactly(COLLECTOR);
    assertThat(heard.absent).isEmpty();
    heard(1, hosts, _ -> true);
    assertThat(verdicts().absent).contains(COLLECTOR, host(0));
  }

  @Test
  void givesAgentsThatSendRarelyMoreTime() {
    for (int round = 0; round < 60; round++) {
      long now = START + ++second * 5 * SECOND;
      send("rare", now);
      send("other", now);
      window.seal(now);
    }
    long last = START + second * 5 * SECOND;
    for (int gap = 1; gap <= 20; gap++) {
      send("other", last + gap * SECOND);
      window.seal(last + gap * SECOND);
    }
    assertThat(verdicts().present).isEmpty();
    for (int gap = 21; gap <= 26; gap++) {
      send("other", last + gap * SECOND);
      window.seal(last + gap * SECOND);
    }
    assertThat(verdicts().present.keySet())
        .containsExactly(new SubjectKey("c", "rare", Table.HOST_SUBJECT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lockstep.agent.stopped", "lockstep.agent.moved"})
  void anAgentThatSaidGoodbyeIsNotSilent(String goodbye) {
    heard(30, 20, _ -> true);
    window.append(
        Batches.events(
            new BatchId("node-3", 1, 1_000_000), Batches.event(goodbye, "node-3", "", now())),
        now());
    heard(40, 20, host -> host != 3);
    assertThat(verdicts().present).isEmpty();
    assertThat(verdicts().absent).contains(host(3));
  }

  @Test
  void otherSendersNeedNotBeHeard() {
    heard(30, 20, _ -> true);
    window.append(
        Batches.rows(
            null, Batches.row(Contract.column(Table.HOST, "cpu_user"), "plain", "host", now(), 1)),
        now());
    heard(60, 20, _ -> true);
    assertThat(verdicts().present).isEmpty();
    assertThat(verdicts().absent).doesNotContain(new SubjectKey("c", "plain", "host"));
  }

  @Test
  void saysWhetherTheRanksOfTheSilentServerGoOn() {
    var job = new TrainingJob(window, 64, 1, 1);
    for (int step = 0; step < 50; step++) {
      agents(job, 8, step < 30 ? -1 : 2);
      job.run(1, 1);
    }
    assertThat(summary(2))
        .endsWith("its 8 ranks go on training: the agent or its network, not the" + " server.");
    for (int idle = 0; idle < 30; idle++) {
      job.now += SECOND;
      agents(job, 8, 2);
      window.seal(job.now);
    }
    assertThat(summary(2)).contains("its 8 ranks go on training");
  }

  @Test
  void saysWhetherTheJobOfTheSilentServerStandsStill() {
    var job = new TrainingJob(window, 64, 1, 1);
    for (int step = 0; step < 30; step++) {
      agents(job, 8, -1);
      job.run(1, 1);
    }
    for (int idle = 0; idle < 20; idle++) {
      job.now += SECOND;
      agents(job, 8, 2);
      window.seal(job.now);
    }
    assertThat(summary(2))
        .endsWith("the job of its 8 ranks stands still, too: the server may be gone.");
  }

  @Test
  void namesTheKeyOfABadSetting() {
    assertThatThrownBy(() -> new SilenceDetector.Config(Duration.ofSeconds(1), 5, 0.8))
        .hasMessageContaining("silence.after");
    assertThatThrownBy(() -> new SilenceDetector.Config(Duration.ofSeconds(10), 5, 0.4))
        .hasMessageContaining("silence.deaf_share");
  }

  private String summary(int host) {
    var finding = verdicts().present.get(new SubjectKey("c", "node-000" + host, "host"));
    assertThat(finding).isNotNull();
    return finding.summary();
  }

  private void agents(TrainingJob job, int hosts, int silent) {
    for (int host = 0; host < hosts; host++) {
      if (host != silent) {
        send("node-000" + host, job.now);
      }
    }
  }

  /// Each host's agent sends each second, at its own place in the second.
  private void heard(int seconds, int hosts, IntPredicate heard) {
    for (int i = 0; i < seconds; i++) {
      second++;
      for (int host = 0; host < hosts; host++) {
        if (heard.test(host)) {
          send("node-" + host, now() - random.nextLong(SECOND));
        }
      }
      window.seal(now());
    }
  }

  private long now() {
    return START + second * SECOND;
  }

  private void send(String host, long nanos) {
    var row = Batches.row(Contract.column(Table.HOST, "cpu_user"), host, "host", nanos, 0.5);
    window.append(Batches.rows(new BatchId(host, 1, nanos / 1000 - START / 1000), row), nanos);
  }

  private Heard verdicts() {
    return Heard.of(detector, window);
  }

  private static SubjectKey host(int host) {
    return new SubjectKey("c", "node-" + host, Table.HOST_SUBJECT);
  }
}
