package io.lockstep.agent.sample.isolated;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.sample.nvml.Marks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkingTest {
  @TempDir private Path folder;

  private static void mark(Path file) throws Exception {
    var child = new MarkFile(file);
    child.counts(8);
    child.reads(5, true);
    child.reads(6, true);
    child.reads(6, false);
    child.asks(Marks.Asker.LIST, 7);
  }

  @Test
  void whatAChildMarkedIsLeftUntilTheNextOneBegins() throws Exception {
    var marking = new Marking(folder.resolve("gpu-marks"));
    mark(Objects.requireNonNull(marking.ready()));
    assertThat(marking.left().all()).containsExactly(5, 7);
    assertThat(marking.left().gpus()).isEqualTo(8);
    assertThat(marking.ready()).isNotNull();
    assertThat(marking.left().all()).isEmpty();
  }

  @Test
  void whereNoneCanBeWrittenThoseOfEarlierChildrenAccuseNobody() throws Exception {
    Path file = folder.resolve("gpu-marks");
    var marking = new Marking(file);
    mark(Objects.requireNonNull(marking.ready()));
    Path old = folder.resolve("old");
    Files.move(file, old);
    Files.createSymbolicLink(file, Path.of("/dev/full"));
    assertThat(marking.ready()).isNull();
    Files.delete(file);
    Files.move(old, file);
    assertThat(marking.left().all()).isEmpty();
    assertThat(marking.ready()).isEqualTo(file);
  }

  @Test
  void aFolderThatIsNotThereIsNoPlace() {
    var marking = new Marking(folder.resolve("nowhere").resolve("gpu-marks"));
    assertThat(marking.ready()).isNull();
    assertThat(marking.left().all()).isEmpty();
    assertThat(new Marking(null).ready()).isNull();
  }
}
