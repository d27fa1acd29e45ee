package io.lockstep.collector.detect;

import static io.lockstep.collector.window.Batches.SECOND;
import static io.lockstep.collector.window.Batches.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.window.Batches;
import io.lockstep.collector.window.Rank;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.GpuJob;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Which jobs a fault touches.
class JobUsesTest {
  private static final BatchId ID = new BatchId("node-1", 1, 1);

  private final Window window = new Window("c");

  private List<JobUse> of(String subject) {
    return JobUses.of(window, new SubjectKey("c", "node-1", subject));
  }

  private static JobUse slurm(String job, List<Integer> ranks) {
    return new JobUse("slurm", job, "", ranks, 0);
  }

  @Test
  void aGpusJobsAreItsOwnAndAServersThoseOfAllItsGpus() {
    window.append(Batches.jobs(ID, "node-1", "GPU-1", START, "4711"), START);
    window.append(
        Batches.jobs(new BatchId("node-1", 1, 2), "node-1", "GPU-2", START, "4712"), START);
    assertThat(of("GPU-1")).containsExactly(slurm("4711", List.of()));
    for (String whole : List.of("host", "mlx5_0/1", "nvswitch/0")) {
      assertThat(of(whole))
          .containsExactlyInAnyOrder(slurm("4711", List.of()), slurm("4712", List.of()));
    }
    assertThat(of("GPU-3")).isEmpty();
    assertThat(JobUses.of(window, new SubjectKey("c", "", "job/llama"))).isEmpty();
  }

  @Test
  void whatTheProcessSaysOfItselfCompletesWhatTheKernelSays() {
    window.append(Batches.jobs(ID, "node-1", "GPU-1", START, "4711"), START);
    var rank = new Rank(5, "node-1", "GPU-1", -1, -1);
    for (int i = 0; i < 3; i++) {
      long end = START + i * SECOND;
      window.append(
          Batches.steps(null, List.of(Batches.step(i, rank, 8, end, Map.of("compute", 1.0)))), end);
      window.seal(end);
    }
    window.seal(START + 30 * SECOND);
    assertThat(of("GPU-1")).containsExactly(new JobUse("slurm", "4711", "", List.of(5), 8));
  }

  @Test
  void eachKindOfOwnerHasItsName() {
    assertThat(
            use(Map.of("k8s.pod.uid", "u", "k8s.pod.name", "llama-0", "k8s.namespace.name", "ml")))
        .isEqualTo(new JobUse("kubernetes", "ml/llama-0", "", List.of(), 0));
    assertThat(use(Map.of("container.id", "abc")))
        .isEqualTo(new JobUse("container", "abc", "", List.of(), 0));
    assertThat(use(Map.of("lockstep.process.unit", "user-1000.slice")))
        .isEqualTo(new JobUse("unit", "user-1000.slice", "", List.of(), 0));
    assertThat(
            use(
                Map.of(
                    "slurm.job.id",
                    "7",
                    "slurm.step.id",
                    "0",
                    "dl.rank",
                    "3",
                    "dl.world_size",
                    "64")))
        .isEqualTo(new JobUse("slurm", "7", "0", List.of(3), 64));
    assertThat(JobUses.use(new GpuJob("node-1", "GPU-1", Map.of(), 0, 1))).isNull();
  }

  private static JobUse use(Map<String, String> attributes) {
    return java.util.Objects.requireNonNull(
        JobUses.use(new GpuJob("node-1", "GPU-1", attributes, 0, 1)));
  }

  @Test
  void aFindingKeepsTheJobThatItEnded() {
    var plain =
        new Finding(
            IncidentKind.GPU_LOST,
            1,
            Finding.Severity.CRITICAL,
            Finding.Action.EVACUATE,
            "GPU 3 of node-1 is lost",
            new LinkedHashMap<>());
    Finding first = plain.touching(List.of(new JobUse("slurm", "4711", "", List.of(3), 64)));
    assertThat(first.told())
        .isEqualTo("GPU 3 of node-1 is lost; in use by Slurm job 4711 (rank 3 of 64)");
    assertThat(plain.after(first).jobs()).isEqualTo(first.jobs());
    Finding next = plain.touching(List.of(slurm("4712", List.of()))).after(first);
    assertThat(next.jobs()).extracting(JobUse::job).containsExactly("4712", "4711");
    Finding many = plain;
    for (int i = 0; i < 20; i++) {
      many = plain.touching(List.of(slurm("" + i, List.of()))).after(many);
    }
    assertThat(many.jobs()).hasSize(8).first().isEqualTo(slurm("19", List.of()));
  }

  @Test
  void aSentenceStaysOneAndRanksInARowAreToldByTheirEnds() {
    var port =
        new Finding(
            IncidentKind.PORT_DOWN,
            1,
            Finding.Severity.CRITICAL,
            Finding.Action.CHECKPOINT,
            "Port mlx5_4/1 of node-3 is down.",
            new LinkedHashMap<>());
    var ranks = List.of(16, 17, 18, 19, 20, 21, 22, 23);
    assertThat(port.touching(List.of(new JobUse("slurm", "4711", "", ranks, 32))).told())
        .isEqualTo(
            "Port mlx5_4/1 of node-3 is down; in use by Slurm job 4711 (ranks 16 to 23 of 32).");
    assertThat(new JobUse("slurm", "1", "", List.of(0, 1, 4, 6, 7, 8), 0).words())
        .isEqualTo("Slurm job 1 (ranks 0, 1, 4, 6 to 8)");
    var apart = List.of(0, 2, 4, 6, 8, 10, 12, 14, 16, 18);
    assertThat(new JobUse("slurm", "1", "", apart, 0).words())
        .isEqualTo("Slurm job 1 (ranks 0, 2, 4, 6, 8, 10, 12, 14 and 2 more)");
  }
}
