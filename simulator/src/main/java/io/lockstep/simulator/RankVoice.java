package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.TrainingStep;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.resources.Resource;

/// One rank's training process, as it tells of its steps.
final class RankVoice {
  private static final long TOKENS_PER_MICROBATCH = 8192;
  private static final double MEAN_LENGTH = 3000;

  private final JobSpec job;
  private final int rank;
  private final Chance chance;
  private final Resource resource;

  /// @param server where it runs
  /// @param attempt of its job, from 0
  RankVoice(ClusterSpec cluster, JobSpec job, int rank, int server, int attempt) {
    this.job = job;
    this.rank = rank;
    this.chance = cluster.chance().of("told").of(job.id());
    int gpu = rank % ClusterSpec.PER_SERVER;
    this.resource =
        Resource.create(
            Attributes.builder()
                .put("host.name", cluster.host(server))
                .put("service.name", "pretrain")
                .put("process.pid", 40_000L + chance.of("pid").below(9000, server) + gpu)
                .put("dl.rank", (long) rank)
                .put("dl.world_size", (long) job.ranks())
                .put("dl.tensor_parallel.rank", (long) gpu)
                .put("dl.data_parallel.rank", (long) job.replica(rank))
                .put("dl.pipeline_parallel.rank", (long) job.stage(rank))
                .put("slurm.job.id", Long.toString(100_000 + chance.of("slurm").below(900_000, 0)))
                .put("training.job.id", job.id())
                .put("training.attempt", Integer.toString(attempt))
                .put("hw.id", cluster.gpu(server, gpu))
                .put("gpu.index", (long) gpu)
                .build());
  }

  /// @param originNanos the simulation's start, Unix nanoseconds
  TrainingStep tell(JobStep step, long originNanos) {
    long tokens = step.microbatches() * TOKENS_PER_MICROBATCH;
    AttributesBuilder attributes =
        Attributes.builder()
            .put("training.iteration", step.iteration)
            .put("training.phase.data", step.data(rank))
            .put("training.phase.compute", step.compute(rank))
            .put("training.phase.communication", step.communication(rank))
            .put("training.phase.optimizer", step.optimizer())
            .put("training.communication.tensor.wait", step.tensorWait(rank))
            .put("training.communication.tensor.transfer", step.tensorTransfer())
            .put("training.tokens", tokens)
            .put("training.microbatches", step.microbatches())
            .put(
                "training.sequence.length_squares",
                tokens * MEAN_LENGTH * step.lengthSquares(rank));
    groups(step, attributes);
    pauses(step, attributes);
    learning(step, attributes);
    return new TrainingStep(
        resource, originNanos + step.startNanos, originNanos + step.endNanos(), attributes.build());
  }

  private void groups(JobStep step, AttributesBuilder attributes) {
    if (step.pipelined()) {
      attributes.put("training.communication.pipeline.wait", step.pipelineWait(rank));
      attributes.put("training.communication.pipeline.transfer", step.pipelineTransfer());
    }
    if (step.replicated()) {
      attributes.put("training.communication.data.wait", step.dataWait(rank));
      attributes.put("training.communication.data.transfer", step.dataTransfer());
    }
  }

  private static void pauses(JobStep step, AttributesBuilder attributes) {
    if (step.plan.evaluation() > 0) {
      attributes.put("training.phase.evaluation", step.plan.evaluation());
    }
    if (step.plan.checkpoint() > 0) {
      attributes.put("training.phase.checkpoint", step.plan.checkpoint());
    }
  }

  /// Only the last stage knows the loss; the norm of the gradient is known to all.
  private void learning(JobStep step, AttributesBuilder attributes) {
    double decay = StrictMath.exp(-step.iteration / 1500.0);
    Chance now = chance.of(step.iteration);
    if (job.stage(rank) == job.stages() - 1) {
      attributes.put("training.loss", 1.9 + 9 * decay + 0.02 * now.gauss(0));
    }
    attributes.put("training.grad_norm", 0.4 + 2 * decay + 0.03 * Math.abs(now.gauss(1)));
  }
}
