package io.lockstep.agent.sample.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckMemoryTest {
  @TempDir private Path folder;

  private static Map<String, Outcome> disk(long second) {
    var outcome =
        new Outcome(CheckState.WARNING, "full", List.of(), 0, Instant.ofEpochSecond(second));
    return Map.of("disk", outcome);
  }

  @Test
  void saysWhetherTheOutcomesAreKept() throws Exception {
    Path file = folder.resolve("checks.tsv");
    Path obstacle = folder.resolve("checks.tsv.next").resolve("in the way");
    var memory = new CheckMemory(file);
    Files.createDirectories(obstacle);
    assertThat(memory.write(disk(1))).isFalse();
    Files.delete(obstacle);
    Files.deleteIfExists(obstacle.getParent());
    assertThat(memory.write(disk(2))).isTrue();
    assertThat(new CheckMemory(file).read()).isEqualTo(disk(2));
    assertThat(new CheckMemory(null).write(disk(3))).isTrue();
  }
}
