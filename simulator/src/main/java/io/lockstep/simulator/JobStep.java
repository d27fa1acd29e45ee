package io.lockstep.simulator;

import io.lockstep.simulator.StepTimes.Plan;

/// One step of a job, worked out: who works how long, and who waits for whom.
///
/// All ranks begin and end together. A rank waits first for the others of its server (tensor
/// parallel), with them for the slowest stage of its replica (pipeline), and then for the slowest
/// replica (data parallel): whoever is slowest waits nowhere, and the others make up the
/// difference. So the slowest rank computes longest, and its collectives look the fastest.
final class JobStep {
  private static final int MICROBATCHES = 32;

  /// Shares of a healthy step's work.
  private static final double OPTIMIZER = 0.025;

  private static final double TENSOR_TRANSFER = 0.06;
  private static final double PIPELINE_TRANSFER = 0.015;
  private static final double DATA_TRANSFER = 0.04;

  final long iteration;
  final long startNanos;
  final Plan plan;
  private final JobSpec job;

  /// By rank, seconds.
  private final double[] data;

  private final double[] compute;

  /// Own work of the slowest rank, seconds: by server of the job, by replica, and of all.
  private final double[] ofServer;

  private final double[] ofReplica;
  private double ofAll;

  /// By replica: Σl² against its mean.
  private final double[] lengthSquares;

  JobStep(JobSpec job, long iteration, long startNanos, Plan plan) {
    this.job = job;
    this.iteration = iteration;
    this.startNanos = startNanos;
    this.plan = plan;
    this.data = new double[job.ranks()];
    this.compute = new double[job.ranks()];
    this.ofServer = new double[job.servers()];
    this.ofReplica = new double[job.replicas()];
    this.lengthSquares = new double[job.replicas()];
  }

  /// How many times as long as usual a rank's own work takes by a fault.
  @FunctionalInterface
  interface Slowdown {
    /// The factor, 1 as usual.
    ///
    /// @param nanos since the simulation's start
    double of(int rank, long nanos);
  }

  /// Works it out. Healthy ranks are scaled so that the slowest of them makes the step as long as
  /// planned; a fault makes it longer.
  ///
  /// @param traits how many times as long a rank's GPU takes for good, by rank
  JobStep work(Chance chance, double[] traits, Slowdown slowdown) {
    Chance now = chance.of(iteration);
    lengths(now.of("lengths"));
    double slowest = 0;
    for (int rank = 0; rank < compute.length; rank++) {
      compute[rank] = traits[rank] * healthy(rank, now.of("work"));
      data[rank] = 0.005 * (1 + 0.3 * Math.abs(now.of("data").gauss(rank)));
      slowest = Math.max(slowest, compute[rank] + data[rank]);
    }
    double scale = plan.work() * workShare() / slowest;
    long middle = startNanos + (long) (0.5 * plan.work() * Nanos.SECOND);
    for (int rank = 0; rank < compute.length; rank++) {
      compute[rank] = compute[rank] * scale * slowdown.of(rank, middle) + plan.collection();
      data[rank] = data[rank] * scale + plan.loading();
      slowest(rank, compute[rank] + data[rank]);
    }
    return this;
  }

  private void lengths(Chance chance) {
    for (int replica = 0; replica < lengthSquares.length; replica++) {
      double spread = job.work().lengthSpread() * chance.gauss(replica);
      lengthSquares[replica] = StrictMath.exp(spread);
    }
  }

  /// Own work of a healthy rank against one of a middle stage: T = αN + βΣl².
  private double healthy(int rank, Chance noise) {
    JobSpec.Work work = job.work();
    double lengths = lengthSquares[job.replica(rank)];
    return work.stage(job.stage(rank), job.stages())
        * (1 - work.attention() + work.attention() * lengths)
        * (1 + work.noise() / UsualSteps.MAD_OF_NORMAL * noise.gauss(rank));
  }

  private void slowest(int rank, double own) {
    int server = rank / ClusterSpec.PER_SERVER;
    int replica = job.replica(rank);
    ofServer[server] = Math.max(ofServer[server], own);
    ofReplica[replica] = Math.max(ofReplica[replica], own);
    ofAll = Math.max(ofAll, own);
  }

  /// The share of the slowest rank's own work in a step. Stages also idle while a pipeline fills.
  private double workShare() {
    return (1 - OPTIMIZER - transferShare()) / (1 + bubble());
  }

  private double transferShare() {
    return TENSOR_TRANSFER
        + (pipelined() ? PIPELINE_TRANSFER : 0)
        + (replicated() ? DATA_TRANSFER : 0);
  }

  private double bubble() {
    return (double) (job.stages() - 1) / MICROBATCHES;
  }

  boolean pipelined() {
    return job.stages() > 1;
  }

  boolean replicated() {
    return job.replicas() > 1;
  }

  double data(int rank) {
    return data[rank];
  }

  double compute(int rank) {
    return compute[rank];
  }

  double optimizer() {
    return OPTIMIZER * plan.work();
  }

  double tensorTransfer() {
    return TENSOR_TRANSFER * plan.work();
  }

  double pipelineTransfer() {
    return pipelined() ? PIPELINE_TRANSFER * plan.work() : 0;
  }

  double dataTransfer() {
    return replicated() ? DATA_TRANSFER * plan.work() : 0;
  }

  double tensorWait(int rank) {
    return Math.max(0, ofServer[rank / ClusterSpec.PER_SERVER] - data[rank] - compute[rank]);
  }

  double pipelineWait(int rank) {
    double stages = ofReplica[job.replica(rank)] - ofServer[rank / ClusterSpec.PER_SERVER];
    return stages + bubble() * workShare() * plan.work();
  }

  double dataWait(int rank) {
    return ofAll - ofReplica[job.replica(rank)];
  }

  /// All that is inside collectives, waiting included.
  double communication(int rank) {
    return tensorWait(rank) + pipelineWait(rank) + dataWait(rank) + transferShare() * plan.work();
  }

  double seconds() {
    return ofAll
        + plan.work() * (bubble() * workShare() + transferShare() + OPTIMIZER)
        + plan.evaluation()
        + plan.checkpoint();
  }

  long endNanos() {
    return startNanos + Math.round(seconds() * Nanos.SECOND);
  }

  long microbatches() {
    return MICROBATCHES;
  }

  double lengthSquares(int rank) {
    return lengthSquares[job.replica(rank)];
  }
}
