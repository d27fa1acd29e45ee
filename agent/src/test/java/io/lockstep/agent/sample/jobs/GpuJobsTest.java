package io.lockstep.agent.sample.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.sample.Notes;
import io.lockstep.agent.sample.Reading;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who uses a GPU, said of processes in a folder as `/proc` has them.
class GpuJobsTest {
  private static final String GPU = "GPU-1";
  private static final String STEP =
      "0::/system.slice/slurmstepd.scope/job_4711/step_0/user/task_3\n";

  @TempDir Path root;
  private GpuJobs jobs;
  private long round;

  @BeforeEach
  void start() throws IOException {
    jobs = new GpuJobs(root);
    Path self = Files.createDirectories(root.resolve("proc/self/ns"));
    Files.createSymbolicLink(self.resolve("pid"), Path.of("pid:[4026531836]"));
  }

  @AfterEach
  void close() {
    jobs.close();
  }

  private void process(int pid, long start, String cgroup, @Nullable String environ)
      throws IOException {
    Path folder = Files.createDirectories(root.resolve("proc/" + pid));
    Files.writeString(folder.resolve("cgroup"), cgroup);
    Files.writeString(
        folder.resolve("stat"), pid + " (py (thon)) S" + " 1".repeat(18) + " " + start + " 0 0\n");
    if (environ != null) {
      Files.writeString(folder.resolve("environ"), environ.replace(' ', '\0') + "\0");
    }
  }

  private Reading read(@Nullable Long used, GpuProcess... processes) throws InterruptedException {
    var notes = new Notes("gpu", Instant.ofEpochSecond(1_800_000_000 + 10 * round), round++);
    jobs.read(List.of(new GpuUse(GPU, 3, used, List.of(processes))), notes);
    return notes.reading();
  }

  private static GpuProcess process(int pid, long memory) {
    return new GpuProcess(pid, memory, "");
  }

  private static List<Map<String, String>> named(Reading reading, String metric) {
    List<Map<String, String>> all = new ArrayList<>();
    for (Sample sample : reading.samples()) {
      if (sample.metric().name().equals(metric)) {
        Map<String, String> labels = new TreeMap<>();
        sample.attributes().forEach((key, value) -> labels.put(key.getKey(), value.toString()));
        labels.put("value", Long.toString((long) sample.value()));
        all.add(labels);
      }
    }
    return all;
  }

  private static List<String> events(Reading reading) {
    return reading.events().stream().map(Occurrence::name).toList();
  }

  @Test
  void aJobsProcessesAreOneJobWithItsMemoryAndRank() throws Exception {
    process(100, 5, STEP, "RANK=3 WORLD_SIZE=64 LOCAL_RANK=3");
    process(101, 6, STEP, "RANK=3 WORLD_SIZE=64");
    Reading reading = read(9L << 30, process(100, 6L << 30), process(101, 1L << 30));
    Map<String, String> job =
        Map.of(
            "hw.id", GPU,
            "slurm.job.id", "4711",
            "slurm.step.id", "0",
            "dl.rank", "3",
            "dl.world_size", "64");
    assertThat(named(reading, "lockstep.gpu.job.processes"))
        .singleElement()
        .satisfies(one -> assertThat(one).containsAllEntriesOf(job).containsEntry("value", "2"));
    assertThat(named(reading, "lockstep.gpu.job.memory.usage"))
        .singleElement()
        .satisfies(one -> assertThat(one).containsEntry("value", Long.toString(7L << 30)));
    assertThat(reading.events())
        .singleElement()
        .satisfies(event -> {
          assertThat(event.name()).isEqualTo("lockstep.gpu.job.started");
          assertThat(event.body())
              .isEqualTo("GPU 3 (GPU-1) is used by Slurm job 4711, step 0, rank 3 of 64");
          assertThat(event.attributes())
              .containsAllEntriesOf(job)
              .containsEntry("process.pid", "100")
              .containsEntry("dl.local_rank", "3");
        });
    assertThat(read(9L << 30, process(100, 6L << 30)).events()).isEmpty();
  }

  @Test
  void aJobThatEndsIsToldOnceAndOneThatBeginsAnewIsToldAgain() throws Exception {
    process(100, 5, STEP, "RANK=0 TORCHELASTIC_RESTART_COUNT=0");
    assertThat(events(read(1L, process(100, 1)))).containsExactly("lockstep.gpu.job.started");
    process(200, 9, STEP, "RANK=0 TORCHELASTIC_RESTART_COUNT=1");
    Reading anew = read(1L, process(200, 1));
    assertThat(events(anew)).containsExactly("lockstep.gpu.job.started");
    assertThat(anew.events().getFirst().attributes()).containsEntry("training.attempt", "1");
    assertThat(events(read(1L))).containsExactly("lockstep.gpu.job.ended");
    assertThat(events(read(1L))).isEmpty();
  }

  @Test
  void anotherProcessUnderTheSameNumberIsAnother() throws Exception {
    process(100, 5, STEP, null);
    read(1L, process(100, 1));
    process(100, 77, STEP.replace("4711", "4712"), null);
    Reading reading = read(1L, process(100, 1));
    assertThat(events(reading))
        .containsExactly("lockstep.gpu.job.ended", "lockstep.gpu.job.started");
    assertThat(named(reading, "lockstep.gpu.job.processes").getFirst())
        .containsEntry("slurm.job.id", "4712");
  }

  @Test
  void aRankThatCantBeReadIsNotThereAndIsCounted() throws Exception {
    process(100, 5, STEP, null);
    Reading reading = read(1L, process(100, 1));
    assertThat(named(reading, "lockstep.gpu.job.processes").getFirst())
        .containsEntry("slurm.job.id", "4711")
        .doesNotContainKey("dl.rank");
    assertThat(reading.events().getFirst().attributes()).containsEntry("dl.local_rank", "3");
    assertThat(jobs.unread()).isEqualTo(1);
  }

  @Test
  void aPodHasItsNamesByItsLogs() throws Exception {
    String id = "3dd988081e7149463c043b5d9c57d7309e079c5e9290f91feba1cc45a04d6a5b";
    String uid = "60070ae4-c63a-11e7-92b3-0adc1ac11520";
    Files.createDirectories(root.resolve("var/log/pods/team_other-0_" + uid));
    process(100, 5, "0::/kubepods/pod" + uid + "/" + id + "\n", "POD_NAME=forged RANK=1");
    assertThat(named(read(1L, process(100, 1)), "lockstep.gpu.job.processes").getFirst())
        .containsEntry("k8s.pod.uid", uid)
        .containsEntry("k8s.pod.name", "other-0")
        .containsEntry("k8s.namespace.name", "team")
        .containsEntry("dl.rank", "1");
    Files.createDirectories(root.resolve("var/log/containers"));
    Files.createFile(root.resolve("var/log/containers/llama-0_team_trainer-" + id + ".log"));
    process(100, 6, "0::/kubepods/pod" + uid + "/" + id + "\n", null);
    assertThat(named(read(1L, process(100, 1)), "lockstep.gpu.job.processes").getFirst())
        .containsEntry("k8s.pod.name", "llama-0")
        .containsEntry("k8s.container.name", "trainer");
  }

  @Test
  void ofManyJobsThoseWithMostMemoryAreNamedAndTheOthersCounted() throws Exception {
    GpuProcess[] many = new GpuProcess[20];
    for (int i = 0; i < many.length; i++) {
      process(100 + i, 5, STEP.replace("4711", Integer.toString(i)), null);
      many[i] = process(100 + i, i);
    }
    Reading reading = read(1L, many);
    assertThat(named(reading, "lockstep.gpu.job.processes"))
        .hasSize(8)
        .allSatisfy(one ->
            assertThat(Integer.parseInt(one.get("slurm.job.id"))).isGreaterThanOrEqualTo(12));
    assertThat(named(reading, "lockstep.gpu.jobs").getFirst()).containsEntry("value", "20");
    assertThat(named(reading, "lockstep.gpu.jobs.omitted").getFirst()).containsEntry("value", "12");
  }

  @Test
  void memoryThatNobodyHoldsIsSaidOnlyWhereEveryProcessIsSeen() throws Exception {
    assertThat(named(read(5L << 30), "lockstep.gpu.memory.unowned").getFirst())
        .containsEntry("value", Long.toString(5L << 30));
    process(100, 5, STEP, null);
    assertThat(named(read(5L << 30, process(100, 1)), "lockstep.gpu.memory.unowned").getFirst())
        .containsEntry("value", "0");
    Files.delete(root.resolve("proc/self/ns/pid"));
    Files.createSymbolicLink(root.resolve("proc/self/ns/pid"), Path.of("pid:[4026532001]"));
    jobs.close();
    jobs = new GpuJobs(root);
    assertThat(named(read(5L << 30), "lockstep.gpu.memory.unowned")).isEmpty();
  }

  @Test
  void aProcessOfWhichNothingIsKnownIsCountedAllTheSame() throws Exception {
    Reading reading = read(1L, process(31_337, 1), new GpuProcess(31_338, null, ""));
    assertThat(named(reading, "lockstep.gpu.job.processes"))
        .containsExactly(Map.of("hw.id", GPU, "value", "2"));
    assertThat(named(reading, "lockstep.gpu.job.memory.usage")).isEmpty();
  }

  @Test
  void instancesOfAGpuAreApart() throws Exception {
    process(100, 5, STEP, null);
    Reading reading = read(1L, new GpuProcess(100, 1L, "MIG-a"), new GpuProcess(100, 2L, "MIG-b"));
    assertThat(named(reading, "lockstep.gpu.job.processes"))
        .extracting(one -> one.get("lockstep.gpu.mig.uuid"))
        .containsExactlyInAnyOrder("MIG-a", "MIG-b");
  }
}
