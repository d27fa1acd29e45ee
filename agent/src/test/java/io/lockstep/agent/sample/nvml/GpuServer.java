package io.lockstep.agent.sample.nvml;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.jobs.GpuUse;
import io.lockstep.simulator.NvmlStandIn;
import io.lockstep.telemetry.otlp.Occurrence;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A server whose GPUs answer as a test orders, through the real ABI, and the sampler that reads
/// them. From round to round a second passes; what GPUs report by themselves comes when it comes.
final class GpuServer implements AutoCloseable {
  private static final Instant START = Instant.ofEpochSecond(1_800_000_000);

  /// A sampler that is closed waits for so long: nobody can end a wait for events.
  private static final int EVENT_WAIT_MILLIS = 50;

  private static final int GPUS_MAX = 8;

  final NvmlStandIn nvml;
  final List<Occurrence> reported = new CopyOnWriteArrayList<>();
  final List<GpuUse> uses = new ArrayList<>();
  Path driverGpus = Path.of("none");
  private @Nullable NvmlSampler sampler;
  private long rounds;

  /// One without GPUs.
  GpuServer(Path folder) throws IOException, InterruptedException {
    assumeTrue(NvmlStandIn.possible(), "gcc is not installed");
    nvml = new NvmlStandIn(folder);
    nvml.set("event_wait", EVENT_WAIT_MILLIS);
    nvml.write();
  }

  /// The default, for its library.
  NvmlConfig config() {
    return NvmlConfig.DEFAULT.withLibrary(nvml.library().toString());
  }

  /// Begins to read.
  ///
  /// @param deadline of a round
  /// @param inventory file in which the GPUs are remembered; null to remember nothing
  void start(NvmlConfig config, Duration deadline, @Nullable Path inventory) {
    sampler =
        new NvmlSampler(
            config,
            deadline,
            inventory,
            new GpuLedger(),
            InstantSource.system(),
            (now, _) -> uses.addAll(now),
            reported::addAll,
            driverGpus);
  }

  /// Reads once.
  Reading round() {
    return sampler().sample(START.plusSeconds(rounds++));
  }

  /// How long after the first round the last one was.
  long seconds() {
    return rounds - 1;
  }

  NvmlSampler sampler() {
    return Objects.requireNonNull(sampler);
  }

  /// Reads no more.
  void stop() {
    if (sampler != null) {
      sampler.close();
      sampler = null;
    }
  }

  /// Reads no more, when what hangs has been let go.
  @Override
  public void close() throws IOException {
    for (int gpu = 0; gpu < GPUS_MAX; gpu++) {
      for (String call : List.of("all", "power", "uuid", "events")) {
        nvml.unset(gpu, "hang " + call);
      }
    }
    nvml.write();
    stop();
  }
}
