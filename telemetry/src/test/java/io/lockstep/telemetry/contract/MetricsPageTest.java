package io.lockstep.telemetry.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
  private static final Path PAGE =
      Path.of(System.getProperty("basedir", "."), "..", "docs", "metrics.md").normalize();

  @Test
  void thePageSaysWhatTheContractSays() throws IOException {
    String page = MetricsPage.render();
    if ("update".equals(System.getProperty("golden"))) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).as("run ./mvnw verify -Dgolden=update and read the diff").hasContent(page);
  }
}
