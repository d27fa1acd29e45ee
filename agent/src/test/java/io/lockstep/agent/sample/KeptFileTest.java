package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lockstep.agent.Logged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptFileTest {
  @TempDir Path folder;

  @Test
  void theNewTextTakesThePlaceOfTheOldOneAndNothingIsLeftBeside() throws IOException {
    Path file = folder.resolve("gpus.tsv");
    KeptFile.replace(file, "a\nb\n");
    KeptFile.replace(file, "c\n");
    assertThat(file).hasContent("c\n");
    try (var all = Files.list(folder)) {
      assertThat(all).containsExactly(file);
    }
  }

  @Test
  void saysInWordsWhatIsWrongAndHowToMendIt() {
    Path file = folder.resolve("no").resolve("gpus.tsv");
    IOException e = assertThrows(IOException.class, () -> KeptFile.replace(file, "a\n"));
    assertThat(KeptFile.problem(file, e))
        .isEqualTo(
            file
                + ".next: no such file or folder; the agent's user must be able to read and write in"
                + " spool.folder, where this file stands");
  }

  @Test
  void aDamagedFileIsCalledDamagedAndNobodyIsSentToLookForPermissions() throws IOException {
    Path file = Files.write(folder.resolve("gpus.tsv"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    IOException e = assertThrows(IOException.class, () -> Files.readAllLines(file));
    assertThat(KeptFile.problem(file, e))
        .isEqualTo(file + ": is damaged, it is no text; it counts as empty and is written anew");
  }

  @Test
  void whatAFullDiskDidNotTakeLeavesNothingBeside() throws IOException {
    Path file = folder.resolve("gpus.tsv");
    Path next = folder.resolve("gpus.tsv.next");
    Files.createSymbolicLink(next, Path.of("/dev/full"));
    var kept = new KeptFile(file, "lost");
    assertThat(kept.write("a\n")).isFalse();
    assertThat(next).doesNotExist();
    assertThat(kept.write("a\n")).isTrue();
    assertThat(file).hasContent("a\n");
  }

  @Test
  void whatAKilledRunLeftBesideIsRemovedAndNothingElse() throws IOException {
    Path file = Files.writeString(folder.resolve("gpus.tsv"), "a\n");
    Path other = Files.writeString(folder.resolve("0000000000000001.spool"), "b\n");
    Files.createFile(folder.resolve("faults.tsv.next"));
    KeptFile.removeLeftOver(folder);
    try (var all = Files.list(folder)) {
      assertThat(all).containsExactlyInAnyOrder(file, other);
    }
  }

  @Test
  void whatCantBeWrittenIsSaidOnceAndThatItCanAgain() throws Exception {
    Path obstacle = folder.resolve("gpus.tsv.next").resolve("in the way");
    var kept = new KeptFile(folder.resolve("gpus.tsv"), "GPUs can't be remembered");
    List<String> log =
        Logged.during(() -> {
          Files.createDirectories(obstacle);
          kept.write("1\n");
          kept.write("2\n");
          Files.delete(obstacle);
          Files.deleteIfExists(obstacle.getParent());
          kept.write("3\n");
          kept.write("4\n");
        });
    assertThat(log)
        .satisfiesExactly(
            first ->
                assertThat(first).contains("WARN", "GPUs can't be remembered", "Is a directory"),
            second -> assertThat(second).contains("INFO", "can be written again", "gpus.tsv"));
  }
}
