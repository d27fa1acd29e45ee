package io.lockstep.agent.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.rules.Rule.Action;
import io.lockstep.telemetry.rules.Rule.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a restart knows of faults, where the disk did not take them for a while.
class FormerTest {
  private static final Fault LOST =
      new Fault("xid-critical", "GPU-1", Severity.CRITICAL, Action.EVACUATE, 1, 2, "GPU 1 is lost");

  @TempDir Path folder;
  private Path file = Path.of("unset");
  private Path obstacle = Path.of("unset");
  private Former former = new Former(file);

  @BeforeEach
  void begin() {
    file = folder.resolve("faults.tsv");
    obstacle = folder.resolve("faults.tsv.next");
    former = new Former(file);
  }

  private void blockTheDisk() throws IOException {
    Files.createDirectories(obstacle.resolve("full"));
  }

  private void makeRoom() throws IOException {
    Files.delete(obstacle.resolve("full"));
    Files.deleteIfExists(obstacle);
  }

  /// One tick after the other, in which nothing changes.
  private void tickUntil(List<Fault> kept, List<Fault> faults) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!new Former(file).stood().now().equals(kept) && System.nanoTime() < deadline) {
      former.keep(faults, 2_000_000_000L);
      Thread.sleep(10);
    }
    assertThat(new Former(file).stood().now()).isEqualTo(kept);
  }

  @Test
  void aFaultThatTheDiskDidNotTakeIsWrittenWhenThereIsRoomThoughNothingChanges() throws Exception {
    blockTheDisk();
    for (int i = 0; i < 5; i++) {
      former.keep(List.of(LOST), 1_000_000_000L);
      Thread.sleep(10);
    }
    assertThat(file).doesNotExist();
    makeRoom();
    tickUntil(List.of(LOST), List.of(LOST));
    former.close();
    assertThat(obstacle).doesNotExist();
  }

  @Test
  void aFaultThatEndedWhileTheDiskWasFullStandsInNoRestart() throws Exception {
    tickUntil(List.of(LOST), List.of(LOST));
    blockTheDisk();
    former.keep(List.of(), 3_000_000_000L);
    Thread.sleep(50);
    makeRoom();
    tickUntil(List.of(), List.of());
    former.close();
  }

  @Test
  void theLastWordIsWrittenAtTheEnd() throws Exception {
    blockTheDisk();
    former.keep(List.of(LOST), 1_000_000_000L);
    Thread.sleep(50);
    makeRoom();
    former.close();
    assertThat(new Former(file).stood().now()).containsExactly(LOST);
  }
}
