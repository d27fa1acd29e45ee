package io.lockstep.collector.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.window.Window;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DetectorsTest {
  private final List<Detector> all = Detectors.all(Detectors.Config.DEFAULT);

  @Test
  void eachHasANameOfItsOwnAndARunbook() throws IOException {
    assertThat(all).extracting(Detector::name).doesNotHaveDuplicates();
    for (Detector detector : all) {
      Path page = Path.of("../docs/runbooks", detector.name() + ".md");
      assertThat(Files.readString(page)).startsWith("# " + detector.name() + ":");
    }
  }

  @Test
  void saysNothingOfAnEmptyWindow() {
    var window = new Window("c");
    for (Detector detector : all) {
      var heard = Heard.of(detector, window);
      assertThat(heard.present).isEmpty();
      assertThat(heard.absent).isEmpty();
    }
  }
}
