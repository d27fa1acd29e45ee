package io.lockstep.collector.window;

import static io.lockstep.collector.window.Batches.SECOND;
import static io.lockstep.collector.window.Batches.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.GpuJob;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GpuJobsTest {
  private final Window window = new Window("c");
  private long number;

  private void say(long second, String gpu, String... jobs) {
    long nanos = START + second * SECOND;
    var id = new BatchId("node-1", 1, number++);
    window.append(Batches.jobs(id, "node-1", gpu, nanos, jobs), nanos);
    window.seal(nanos);
  }

  private Iterable<String> on(String gpu) {
    return window.gpuJobs("node-1", gpu).stream()
        .map(GpuJob::attributes)
        .map(Map::values)
        .flatMap(values -> values.stream())
        .toList();
  }

  @Test
  void whatAnAgentSaysLastIsAllThereIs() {
    say(0, "GPU-1", "4711", "4712");
    say(0, "GPU-2", "4711");
    assertThat(on("GPU-1")).containsExactly("4711", "4712");
    say(10, "GPU-1", "4712");
    assertThat(on("GPU-1")).containsExactly("4712");
    assertThat(on("GPU-2")).containsExactly("4711");
    say(20, "GPU-1");
    assertThat(on("GPU-1")).isEmpty();
    assertThat(window.gpuJobs("node-1")).containsOnlyKeys("GPU-1", "GPU-2");
  }

  @Test
  void whatComesLateDoesNotCount() {
    say(20, "GPU-1", "4712");
    say(10, "GPU-1", "4711");
    assertThat(on("GPU-1")).containsExactly("4712");
  }

  @Test
  void ofAGpuThatSaysNothingAnyMoreTheLastWordCountsForTenMinutes() {
    say(0, "GPU-1", "4711");
    say(590, "GPU-2", "4712");
    assertThat(on("GPU-1")).containsExactly("4711");
    say(600, "GPU-2", "4712");
    assertThat(on("GPU-1")).isEmpty();
    assertThat(window.gpuJobs("node-1")).containsOnlyKeys("GPU-2");
  }

  @Test
  void ofAHostThatIsNotKnownNothingIsKnown() {
    assertThat(window.gpuJobs("node-9")).isEmpty();
    assertThat(window.gpuJobs("node-9", "GPU-1")).isEmpty();
  }
}
