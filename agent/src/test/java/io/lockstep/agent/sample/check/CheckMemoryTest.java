package io.lockstep.agent.sample.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
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
  void aFullDiskIsSaidOnceAndWhenThereIsRoomAgain() throws Exception {
    Path file = folder.resolve("checks.tsv");
    Path next = folder.resolve("checks.tsv.next");
    var memory = new CheckMemory(file);
    String log =
        logOf(() -> {
          Files.createSymbolicLink(next, Path.of("/dev/full"));
          memory.write(disk(1));
          memory.write(disk(2));
          Files.delete(next);
          memory.write(disk(3));
          memory.write(disk(4));
        });
    assertThat(log.lines())
        .satisfiesExactly(
            first -> assertThat(first).contains("WARN", "can't be remembered", "No space left"),
            second -> assertThat(second).contains("INFO", "are remembered again"));
    assertThat(new CheckMemory(file).read()).isEqualTo(disk(4));
  }

  private interface Action {
    void run() throws Exception;
  }

  private static String logOf(Action action) throws Exception {
    PrintStream before = System.err;
    var bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, UTF_8));
    try {
      action.run();
    } finally {
      System.setErr(before);
    }
    return bytes.toString(UTF_8);
  }
}
