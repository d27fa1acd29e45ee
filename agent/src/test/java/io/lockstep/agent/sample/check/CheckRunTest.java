package io.lockstep.agent.sample.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckRunTest {
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir private Path folder;
  private final Guardian guardian = new Guardian();

  @AfterEach
  void close() {
    guardian.close();
  }

  private Outcome run(String script) throws InterruptedException {
    return run(script, Duration.ofSeconds(30));
  }

  private Outcome run(String script, Duration timeout) throws InterruptedException {
    var check =
        new SiteCheck(
            "it", List.of("/bin/sh", "-c", script), Duration.ofMinutes(1), timeout, null, folder);
    return new CheckRun(check, CLOCK, guardian).run();
  }

  @ParameterizedTest
  @CsvSource({"0, OK", "1, WARNING", "2, CRITICAL", "3, UNKNOWN"})
  void theExitCodeIsTheState(int code, CheckState state) throws InterruptedException {
    Outcome outcome = run("echo 'it is so | a=1'; exit " + code);
    assertThat(outcome.state()).isEqualTo(state);
    assertThat(outcome.line()).isEqualTo("it is so");
    assertThat(outcome.values()).containsExactly(new CheckValue("a", 1, "1", false));
  }

  @ParameterizedTest
  @CsvSource({
    "'exit 4', 'exit code 4, must be 0 to 3'",
    "'echo hm; exit 99', 'exit code 99, must be 0 to 3: hm'",
    "'kill -9 $$', 'ended by signal 9'",
    "'kill -SEGV $$', 'ended by signal 11'"
  })
  void anythingElseIsUnknownAndSaysWhy(String script, String why) throws InterruptedException {
    Outcome outcome = run(script);
    assertThat(outcome.state()).isEqualTo(CheckState.UNKNOWN);
    assertThat(outcome.line()).isEqualTo(why);
  }

  @Test
  void whatItWritesToItsErrorsCountsWhereItWritesNothingElse() throws InterruptedException {
    assertThat(run("echo why >&2; exit 2").line()).isEqualTo("why");
    assertThat(run("echo why >&2; echo what; exit 2").line()).isEqualTo("what");
  }

  @Test
  void aScriptThatLacksAProgramIsUnknown() throws InterruptedException {
    Outcome outcome = run("no-such-program-here");
    assertThat(outcome.state()).isEqualTo(CheckState.UNKNOWN);
    assertThat(outcome.line()).matches("a program was not found: .*no-such-program-here.*");
  }

  @Test
  void aProgramThatIsNotThereIsUnknown() throws InterruptedException {
    var check =
        new SiteCheck(
            "it", List.of("/no/such"), Duration.ofMinutes(1), Duration.ofSeconds(9), null, folder);
    Outcome outcome = new CheckRun(check, CLOCK, guardian).run();
    assertThat(outcome.state()).isEqualTo(CheckState.UNKNOWN);
    assertThat(outcome.line()).contains("/no/such").contains("No such file");
  }

  @Test
  void itHasNothingToReadAndNextToNoEnvironment() throws InterruptedException {
    assertThat(run("cat; env | cut -d= -f1 | sort | tr '\\n' ' '").line())
        .isEqualTo("HOME LC_ALL LOCKSTEP_CHECK LOCKSTEP_CHECK_RUN PATH PWD");
    assertThat(run("pwd").line()).isEqualTo(folder.toString());
  }

  @Test
  void oneThatDoesNotEndIsKilledWithAllThatItStarted() throws Exception {
    Path pids = folder.resolve("pids");
    String script =
        "trap '' TERM; echo begun; echo $$ >> %1$s; sh -c 'trap \"\" TERM; echo $$ >> %1$s; sleep 600' &"
                .formatted(pids)
            + " sleep 600 & echo $! >> "
            + pids
            + "; while :; do sleep 1; done";
    Outcome outcome = run(script, Duration.ofSeconds(1));
    assertThat(outcome.state()).isEqualTo(CheckState.UNKNOWN);
    assertThat(outcome.line()).isEqualTo("no end after 1 s, killed; it had said: begun");
    assertThat(Files.readAllLines(pids)).hasSize(3);
    awaitGone(Files.readAllLines(pids));
  }

  @Test
  void killsWhatHasMadeItselfADaemon() throws Exception {
    Path pid = folder.resolve("daemon");
    run(
        "setsid sh -c 'echo $$ > %1$s.new; mv %1$s.new %1$s; exec sleep infinity' & while [ ! -e %1$s ]; do sleep 0.05; done"
            .formatted(pid));
    awaitGone(Files.readAllLines(pid));
  }

  @Test
  void whatItLeavesRunningIsEndedAndDoesNotHoldItUp() throws Exception {
    Path pid = folder.resolve("pid");
    Outcome outcome = run("sleep 600 & echo $! > " + pid + "; echo done");
    assertThat(outcome.state()).isEqualTo(CheckState.OK);
    assertThat(outcome.line()).isEqualTo("done");
    assertThat(outcome.seconds()).isLessThan(300);
    awaitGone(Files.readAllLines(pid));
  }

  @Test
  void whatItWritesIsReadToItsEndAndKeptUpToALimit() throws InterruptedException {
    Outcome outcome = run("echo first; head -c 3000000 /dev/zero | tr '\\0' x; exit 1");
    assertThat(outcome.state()).isEqualTo(CheckState.WARNING);
    assertThat(outcome.line()).isEqualTo("first");
  }

  @Test
  void oneThatWritesWithoutEndIsKilled() throws InterruptedException {
    assertThat(run("yes", Duration.ofSeconds(1)).line())
        .isEqualTo("no end after 1 s, killed; it had said: y");
  }

  /// Who was killed may stay a zombie for a moment, until its parent's parent has looked.
  private static void awaitGone(List<String> pids) throws InterruptedException, IOException {
    for (String pid : pids) {
      Optional<ProcessHandle> left = ProcessHandle.of(Long.parseLong(pid));
      while (left.isPresent() && left.get().isAlive() && !isZombie(pid)) {
        Thread.sleep(20);
      }
    }
  }

  private static boolean isZombie(String pid) throws IOException {
    Path stat = Path.of("/proc", pid, "stat");
    try {
      return Files.readString(stat).contains(") Z");
    } catch (java.nio.file.NoSuchFileException _) {
      return true;
    }
  }
}
