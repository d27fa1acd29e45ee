package io.lockstep.agent.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.agent.judge.Verdict.Answer;
import io.lockstep.agent.judge.Verdict.State;
import io.lockstep.telemetry.rules.Rule.Action;
import io.lockstep.telemetry.rules.Rule.Severity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The file that the agent leaves, and the script that reads it.
class CheckTest {
  private static final Verdict WELL =
      new Verdict(
          new Answer(State.HEALTHY, "no fault is found"),
          new Answer(State.HEALTHY, "no fault is found"),
          List.of());
  private static final Verdict HOT =
      new Verdict(
          new Answer(
              State.UNHEALTHY,
              "GPU 3 of node-7 is \"held back\" by heat: 3.5 of 7. $(reboot) `id`."),
          new Answer(State.HEALTHY, "no fault that counts"),
          List.of(
              new Fault(
                  "gpu-throttled-heat", "GPU-1", Severity.WARNING, Action.WATCH, 1, 2, "hot")));

  @TempDir Path folder;
  private Path file;
  private final AtomicLong nanoTime = new AtomicLong(1);

  @BeforeEach
  void linux() {
    assumeTrue(Files.isReadable(Path.of("/proc/uptime")), "there is no /proc here");
    file = folder.resolve("verdict");
  }

  private void write(Verdict verdict) throws Exception {
    Files.deleteIfExists(file);
    new VerdictFile(file, nanoTime::get).accept(verdict);
    while (!Files.exists(file)) {
      Thread.sleep(5);
    }
  }

  private Script check(String... arguments) throws Exception {
    var environment = Map.of("LOCKSTEP_JUDGE_FILE", file.toString());
    return Script.run("lockstep-check", environment, arguments);
  }

  @Test
  void tellsWhatTheAgentFoundByItsExitCode() throws Exception {
    write(WELL);
    assertThat(check()).isEqualTo(new Script(0, "healthy: no fault is found\n"));
    write(HOT);
    assertThat(check())
        .isEqualTo(
            new Script(
                1,
                "unhealthy: GPU 3 of node-7 is \"held back\" by heat: 3.5 of 7. $(reboot) `id`.\n"));
    assertThat(check("--slurm")).isEqualTo(new Script(0, "healthy: no fault that counts\n"));
    assertThat(check("--json").out()).isEqualTo(HOT.json() + "\n");
    assertThat(check("--json", "--slurm").code()).isZero();
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
  }

  @Test
  void whoDoesNotKnowSaysSo() throws Exception {
    assertThat(check().code()).isEqualTo(3);
    assertThat(check().out())
        .startsWith("cannot tell: there is no verdict: the agent does not run");
    assertThat(check("--json", "--slurm").out())
        .startsWith("{\"state\":\"cannot-tell\",\"why\":\"there is no verdict")
        .endsWith("\"faults\":[]}\n");
    write(Verdict.unknown("the agent has just started"));
    assertThat(check("--slurm"))
        .isEqualTo(new Script(3, "cannot tell: the agent has just started\n"));
    for (String damage : List.of("", "\0\0\0", "lockstep-verdict 1\n", "lockstep-verdict 2\n")) {
      Files.writeString(file, damage);
      assertThat(check().code()).as(damage).isEqualTo(3);
    }
    write(WELL);
    String text = Files.readString(file);
    assertThat(text).contains("\nall 0 ");
    for (String damage :
        List.of(
            text.replace("all 0", "all 7"),
            text.replace("all 0", "all"),
            text.replaceFirst("\njson .*", ""),
            text.replaceFirst("uptime [0-9.]+", "uptime 99999999999999999999"),
            text.replaceFirst("uptime [0-9.]+", "uptime soon"),
            text.replaceFirst("uptime [0-9.]+", "uptime 99999999"),
            text.replaceFirst("boot .", "boot z"))) {
      Files.writeString(file, damage);
      assertThat(check().code()).as(damage).isEqualTo(3);
    }
  }

  @Test
  void anOldVerdictIsNone() throws Exception {
    write(WELL);
    String text = Files.readString(file);
    String up = text.replaceFirst("(?s).*\nuptime ([0-9]+).*", "$1");
    long old = Long.parseLong(up) - 40;
    assumeTrue(old > 0, "this machine was started less than a minute ago");
    Files.writeString(file, text.replaceFirst("uptime [0-9.]+", "uptime " + old + ".5"));
    assertThat(check().code()).isEqualTo(3);
    assertThat(check().out()).contains("s old: the agent does not run, or stands still");
    assertThat(check("--max-age", "600").code()).isZero();
  }

  @Test
  void aWrongFlagIsWrongUsage() throws Exception {
    for (String[] wrong :
        new String[][] {
          {"--slrum"}, {"--max-age"}, {"--max-age", "soon"}, {"--max-age", "14"}, {"--file"}
        }) {
      assertThat(check(wrong).code()).as(wrong[0]).isEqualTo(2);
    }
    assertThat(check("--max-age", "15").code()).isEqualTo(3);
    assertThat(check("--help").code()).isZero();
    assertThat(check("--help").out()).contains("--slurm", "3 cannot tell").doesNotContain("set -u");
  }

  @Test
  void theFileIsWrittenOnChangeAndAsASignOfLife() throws Exception {
    var verdicts = new VerdictFile(file, nanoTime::get);
    verdicts.accept(WELL);
    awaitFile();
    Files.delete(file);
    nanoTime.addAndGet(1_000_000_000L);
    verdicts.accept(WELL);
    assertThat(file).as("nothing new within five seconds").doesNotExist();
    verdicts.accept(HOT);
    awaitFile();
    Files.delete(file);
    nanoTime.addAndGet(10_000_000_000L);
    verdicts.accept(HOT);
    awaitFile();
    verdicts.close();
    assertThat(check()).isEqualTo(new Script(3, "cannot tell: the agent was stopped\n"));
  }

  private void awaitFile() throws InterruptedException {
    while (!Files.exists(file)) {
      Thread.sleep(5);
    }
  }

  @Test
  void withoutItsFolderThereIsNoFileAndNoHarm() {
    var verdicts = new VerdictFile(folder.resolve("not/there"), nanoTime::get);
    verdicts.accept(HOT);
    verdicts.close();
    assertThat(folder.resolve("not")).doesNotExist();
  }
}
