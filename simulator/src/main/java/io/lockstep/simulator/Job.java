package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.TrainingStep;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.List;

/// A synchronous training job over the whole cluster. Every step ends for all ranks together, when
/// the slowest has done its own work; the others wait. So the slowest computes longest and waits
/// least, and all have the same step time.
///
/// A rank's own work follows its pipeline stage (the last one has the loss, and honestly more to
/// do), its sequence lengths (T = αN + βΣl², an eighth of it quadratic here) and its noise: a
/// deviation whose median absolute value is 0.5 % of own work.
final class Job {
  static final String ID = "llama-70b";
  private static final double NOISE = 0.005 / 0.6745; // MAD of a normal is 0.6745 of its deviation
  private static final double PLACE_NOISE = 0.003;
  private static final double LAST_STAGE = 1.06;
  private static final double OWN_SHARE = 0.72;
  private static final double TRANSFER_SHARE = 0.2;
  private static final double OPTIMIZER_SHARE = 0.04;
  private static final double DATA_SHARE = 0.004;
  private static final double QUADRATIC = 0.125;
  private static final double TOKENS = 8_192;
  private static final int MICROBATCHES = 32;

  private final ClusterSpec spec;
  private final Health health;
  private final StepTimes times;
  private final Resource[] ranks;
  private final double[] compute;
  private final double[] data;
  private final double[] lengthSquares;
  private long iteration;
  private double start;
  private double end;

  Job(ClusterSpec spec, Health health, StepTimes times) {
    this.spec = spec;
    this.health = health;
    this.times = times;
    this.ranks = new Resource[spec.ranks()];
    this.compute = new double[spec.ranks()];
    this.data = new double[spec.ranks()];
    this.lengthSquares = new double[spec.ranks()];
    for (int rank = 0; rank < ranks.length; rank++) {
      ranks[rank] = resource(rank);
    }
    // A job's first step is not in step with the whole second.
    start = 1.5;
    work();
  }

  private Resource resource(int rank) {
    int server = rank / ClusterSpec.PER_SERVER;
    int gpu = rank % ClusterSpec.PER_SERVER;
    return Resource.create(
        Attributes.builder()
            .put("host.name", spec.host(server))
            .put("service.name", "megatron")
            .put("process.pid", 4_000L + gpu)
            .put("dl.rank", (long) rank)
            .put("dl.world_size", (long) spec.ranks())
            .put("dl.tensor_parallel.rank", (long) gpu)
            .put("dl.data_parallel.rank", (long) (server % spec.serversPerStage()))
            .put("dl.pipeline_parallel.rank", (long) spec.stage(server))
            .put("slurm.job.id", "4711")
            .put("hw.id", spec.gpu(server, gpu))
            .put("gpu.index", (long) gpu)
            .build());
  }

  /// End of the step that is under way, seconds since the start of the simulation.
  double end() {
    return end;
  }

  /// The step that is under way, as the ranks of each server send it when it ends; then the next
  /// step begins.
  ///
  /// @param originNanos the simulation's start, Unix nanoseconds
  /// @return one list per server, in the order of servers
  List<List<TrainingStep>> finish(long originNanos) {
    var servers = new ArrayList<List<TrainingStep>>(spec.servers());
    for (int server = 0; server < spec.servers(); server++) {
      var steps = new ArrayList<TrainingStep>(ClusterSpec.PER_SERVER);
      for (int gpu = 0; gpu < ClusterSpec.PER_SERVER; gpu++) {
        steps.add(step(server * ClusterSpec.PER_SERVER + gpu, originNanos));
      }
      servers.add(steps);
    }
    iteration++;
    start = end;
    work();
    return servers;
  }

  private void work() {
    StepTimes.Plan plan = times.plan(iteration);
    double slowest = 0;
    for (int rank = 0; rank < ranks.length; rank++) {
      own(rank, plan.factor());
      slowest = Math.max(slowest, data[rank] + compute[rank]);
    }
    double rest =
        spec.stepSeconds() * (TRANSFER_SHARE + OPTIMIZER_SHARE)
            + plan.stallSeconds()
            + plan.evaluationSeconds()
            + plan.checkpointSeconds();
    end = start + slowest + rest;
  }

  private void own(int rank, double factor) {
    int server = rank / ClusterSpec.PER_SERVER;
    int gpu = rank % ClusterSpec.PER_SERVER;
    int stage = spec.stage(server);
    // All ranks of a model replica work on the same sequences.
    int replica = server % spec.serversPerStage();
    double longer = 1 + 0.06 * Noise.normal(spec.seed(), 21, replica, iteration);
    lengthSquares[rank] = TOKENS * 4_096 * longer;
    double work = spec.stepSeconds() * OWN_SHARE * (stage == spec.stages() - 1 ? LAST_STAGE : 1);
    double length = 1 - QUADRATIC + QUADRATIC * longer;
    double noise = 1 + NOISE * Noise.normal(spec.seed(), 22, rank, iteration);
    double place = 1 + PLACE_NOISE * Noise.normal(spec.seed(), 23, rank, 0);
    double speed = 1 - health.slowness(server, gpu, start);
    compute[rank] = factor * work * length * noise * place / speed;
    double waiting = 1 + 0.3 * Math.abs(Noise.normal(spec.seed(), 24, rank, iteration));
    data[rank] = spec.stepSeconds() * DATA_SHARE * waiting;
  }

  private TrainingStep step(int rank, long originNanos) {
    StepTimes.Plan plan = times.plan(iteration);
    double optimizer = spec.stepSeconds() * OPTIMIZER_SHARE;
    double pause = plan.evaluationSeconds() + plan.checkpointSeconds();
    double communication = end - start - data[rank] - compute[rank] - optimizer - pause;
    AttributesBuilder attributes =
        Attributes.builder()
            .put("training.job.id", ID)
            .put("training.attempt", "0")
            .put("training.iteration", iteration)
            .put("training.phase.data", data[rank])
            .put("training.phase.compute", compute[rank])
            .put("training.phase.communication", communication)
            .put("training.phase.optimizer", optimizer)
            .put("training.tokens", (long) TOKENS)
            .put("training.microbatches", (long) MICROBATCHES)
            .put("training.sequence.length_squares", lengthSquares[rank])
            .put("training.loss", 1.8 + 6 * Math.exp(-iteration / 400.0));
    waits(attributes, rank, communication, plan.stallSeconds());
    if (plan.evaluationSeconds() > 0) {
      attributes.put("training.phase.evaluation", plan.evaluationSeconds());
    }
    if (plan.checkpointSeconds() > 0) {
      attributes.put("training.phase.checkpoint", plan.checkpointSeconds());
    }
    return new TrainingStep(
        ranks[rank], nanos(originNanos, start), nanos(originNanos, end), attributes.build());
  }

  /// Waiting first within the server (tensor parallel), then for the rest of the job (data
  /// parallel).
  private void waits(AttributesBuilder attributes, int rank, double communication, double stall) {
    int first = rank - rank % ClusterSpec.PER_SERVER;
    double neighbours = 0;
    for (int other = first; other < first + ClusterSpec.PER_SERVER; other++) {
      neighbours = Math.max(neighbours, compute[other] + data[other]);
    }
    double transfer = spec.stepSeconds() * TRANSFER_SHARE;
    double tensor = neighbours - compute[rank] - data[rank];
    attributes.put("training.communication.tensor.wait", tensor);
    attributes.put("training.communication.tensor.transfer", 0.4 * transfer);
    attributes.put(
        "training.communication.data.wait", Math.max(0, communication - transfer - stall - tensor));
    attributes.put("training.communication.data.transfer", 0.6 * transfer + stall);
  }

  private static long nanos(long originNanos, double seconds) {
    return originNanos + Math.round(seconds * 1e9);
  }
}
