package io.lockstep.collector.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.detect.Detector;
import io.lockstep.collector.detect.Detectors;
import java.net.http.HttpResponse;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RunbooksTest {
  @Test
  void everyDetectorsRunbookCanBeRead() throws Exception {
    try (var server = Running.open(new MadeUpViews("c", 1, false, Instant.now()))) {
      for (Detector detector : Detectors.all(Detectors.Config.DEFAULT)) {
        HttpResponse<String> text = server.get("/static/runbooks/" + detector.name());
        assertThat(text.statusCode()).as(detector.name()).isEqualTo(200);
        assertThat(text.body()).startsWith("# " + detector.name());
        assertThat(server.get("/runbooks/" + detector.name()).body()).contains("runbook.js");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody", "..%2fpage.js", "%2e%2e", "A", "straggler.md"})
  void otherNamesAreNotThere(String name) throws Exception {
    try (var server = Running.open(new MadeUpViews("c", 1, false, Instant.now()))) {
      assertThat(server.get("/static/runbooks/" + name).statusCode()).isEqualTo(404);
    }
  }
}
