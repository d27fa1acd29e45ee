package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.simulator.NvmlStandIn;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A job that says nothing of itself: which GPUs it has is seen in the kernel, its ranks are known
/// without a hook, and the incident of a GPU that it uses names it.
class GpuJobsEndToEndTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;
  private final List<Process> sleepers = new ArrayList<>();

  @AfterEach
  void stop() {
    sleepers.forEach(Process::destroyForcibly);
  }

  @Test
  void aLostGpusIncidentNamesTheJobAndRankThatUsedIt() throws Exception {
    assumeTrue(NvmlStandIn.possible(), "gcc is not installed");
    BenchServer server = BenchServer.make(folder, 1, 2);
    for (int gpu = 0; gpu < 2; gpu++) {
      Process sleeper = new ProcessBuilder("sleep", "3600").start();
      sleepers.add(sleeper);
      server.use(
          gpu,
          sleeper.pid(),
          6_000_000_000L,
          "0::/system.slice/slurmstepd.scope/job_4711/step_0/user/task_" + gpu + "\n",
          List.of("SLURM_JOB_ID=4711", "RANK=" + (8 + gpu), "WORLD_SIZE=64"));
    }
    try (var bench = new Bench(folder)) {
      bench.startCollector();
      bench.startAgent(server.configuration());
      Bench.await("both ranks", PATIENCE, () -> ranks(bench).equals(List.of(8, 9)));
      server.lose(1);
      Bench.await("incident with its job", PATIENCE, () -> job(bench) != null);
      JsonNode job = job(bench);
      assertThat(job).isNotNull();
      assertThat(job.path("system").asText()).isEqualTo("slurm");
      assertThat(job.path("job").asText()).isEqualTo("4711");
      assertThat(job.path("ranks").toString()).isEqualTo("[9]");
      assertThat(job.path("worldSize").asInt()).isEqualTo(64);
      bench.kill("collector");
      bench.startCollector();
      Bench.await("the healthy GPU's rank again", PATIENCE, () -> ranks(bench).equals(List.of(8)));
      assertThat(job(bench)).isEqualTo(job);
    }
  }

  private static List<Integer> ranks(Bench bench) {
    var ranks = new ArrayList<Integer>();
    for (JsonNode one : get(bench, "/api/v1/placements?job=4711").path("placements")) {
      one.path("ranks").forEach(rank -> ranks.add(rank.asInt()));
    }
    return ranks;
  }

  private static @Nullable JsonNode job(Bench bench) {
    for (JsonNode incident : get(bench, "/api/v1/incidents?state=open").path("incidents")) {
      if (incident.path("subject").asText().equals(NvmlStandIn.uuid(1))
          && incident.path("summary").asText().contains("Slurm job 4711 (rank 9 of 64)")) {
        return incident.path("jobs").path(0);
      }
    }
    return null;
  }

  private static JsonNode get(Bench bench, String path) {
    try (var client = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(bench.page().resolve(path)).build();
      return new ObjectMapper().readTree(client.send(request, BodyHandlers.ofByteArray()).body());
    } catch (IOException _) {
      return new ObjectMapper().createObjectNode();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
