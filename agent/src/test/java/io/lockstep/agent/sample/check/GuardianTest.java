package io.lockstep.agent.sample.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GuardianTest {
  private final Guardian guardian = new Guardian();
  private final List<Process> started = new ArrayList<>();

  /// A group of two that don't care for being asked.
  private record Group(Process first, ProcessHandle second) {
    boolean ends() throws InterruptedException {
      boolean ended = first.waitFor(20, TimeUnit.SECONDS);
      while (second.isAlive()) {
        Thread.sleep(10);
      }
      return ended;
    }
  }

  private Group group() throws IOException {
    Process first =
        new ProcessBuilder(
                "setsid",
                "sh",
                "-c",
                "trap '' TERM HUP; sleep 600 & echo $!; while :; do wait; done")
            .start();
    started.add(first);
    BufferedReader said = first.inputReader(StandardCharsets.UTF_8);
    long second = Long.parseLong(Objects.requireNonNull(said.readLine()));
    return new Group(first, ProcessHandle.of(second).orElseThrow());
  }

  @AfterEach
  void endAll() {
    guardian.close();
    for (Process one : started) {
      one.descendants().forEach(ProcessHandle::destroyForcibly);
      one.destroyForcibly();
    }
  }

  /// The end of its input is all that a shell sees of an agent that was killed.
  @Test
  void whatRunsWhenTheAgentIsGoneIsKilledWithAllThatItStarted() throws Exception {
    Group one = group();
    Group other = group();
    guardian.awaits();
    guardian.begins(one.first().pid());
    guardian.begins(other.first().pid());
    guardian.close();
    assertThat(one.ends()).isTrue();
    assertThat(other.ends()).isTrue();
  }

  @Test
  void whatHasEndedIsLeftAlone() throws Exception {
    Group ended = group();
    Group running = group();
    guardian.awaits();
    guardian.begins(ended.first().pid());
    guardian.begins(running.first().pid());
    guardian.ended(ended.first().pid());
    ProcessHandle shell = Objects.requireNonNull(guardian.shell());
    guardian.close();
    assertThat(running.ends()).isTrue();
    shell.onExit().get(20, TimeUnit.SECONDS);
    assertThat(ended.first().isAlive()).isTrue();
    assertThat(ended.second().isAlive()).isTrue();
  }

  @Test
  void aShellThatWasKilledHasAnotherThatKnowsTheSame() throws Exception {
    Group one = group();
    Group other = group();
    guardian.awaits();
    guardian.begins(one.first().pid());
    ProcessHandle shell = Objects.requireNonNull(guardian.shell());
    shell.destroyForcibly();
    shell.onExit().get(20, TimeUnit.SECONDS);
    guardian.ended(4_000_000L); // told to nobody
    guardian.awaits();
    guardian.begins(other.first().pid());
    guardian.close();
    assertThat(one.ends()).isTrue();
    assertThat(other.ends()).isTrue();
  }
}
