package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
    KeptFile.replace(file, List.of("a", "b"));
    KeptFile.replace(file, List.of("c"));
    assertThat(file).hasContent("c\n");
    try (var all = Files.list(folder)) {
      assertThat(all).containsExactly(file);
    }
  }

  @Test
  void saysInWordsWhatIsWrongAndHowToMendIt() {
    Path file = folder.resolve("no").resolve("gpus.tsv");
    IOException e = assertThrows(IOException.class, () -> KeptFile.replace(file, List.of("a")));
    assertThat(KeptFile.problem(file, e))
        .isEqualTo(
            file
                + ".next: no such file or folder; the agent's user must be able to read and write in"
                + " spool.folder, where this file stands");
  }
}
