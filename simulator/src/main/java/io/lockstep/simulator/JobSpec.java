package io.lockstep.simulator;

/// A training job, one rank per GPU. Ranks are laid out as Megatron-LM does: tensor parallel
/// fastest (the eight GPUs of a server), then data parallel, then pipeline stages.
///
/// @param id the job's `training.job.id`
/// @param firstServer index of its first server, from 0
/// @param servers how many, one after the other
/// @param stages pipeline stages; divides the servers
/// @param stepSeconds length of a healthy step, 0.05 to 600 s
/// @param work what a step's own work is made of
public record JobSpec(
    String id, int firstServer, int servers, int stages, double stepSeconds, Work work) {

  /// What own work is made of, and where ranks differ honestly.
  ///
  /// @param firstStage own work of the first stage against a middle one, for the embedding
  /// @param lastStage own work of the last stage against a middle one, for the loss: the last stage
  ///   dominates in 39.3 % of the slowed jobs of [Lin et al., OSDI
  ///   2025](https://arxiv.org/abs/2505.05713)
  /// @param attention share of own work that grows with the squares of the sequences' lengths
  /// @param lengthSpread how much the sum of these squares differs between data-parallel replicas
  ///   and steps: standard deviation of its logarithm. Sequence length dominates in 21.4 % of the
  ///   slowed jobs of the same paper, whose contexts are long; the default is a pretraining mix
  ///   packed to one length
  /// @param noise scatter of one rank's own work from step to step: median absolute deviation over
  ///   the median. 0.5 % is the median of 117 runs that MLPerf Training's submitters logged (v4.0,
  ///   v4.1, v5.1)
  public record Work(
      double firstStage, double lastStage, double attention, double lengthSpread, double noise) {
    public static final Work DEFAULT = new Work(1.02, 1.08, 0.1, 0.06, 0.005);

    public Work {
      check("first_stage", firstStage, firstStage > 0);
      check("last_stage", lastStage, lastStage > 0);
      check("attention", attention, attention >= 0 && attention < 1);
      check("length_spread", lengthSpread, lengthSpread >= 0 && lengthSpread <= 2);
      check("noise", noise, noise >= 0 && noise <= 0.1);
    }

    private static void check(String name, double value, boolean holds) {
      if (!holds) {
        throw new IllegalArgumentException(name + " is out of its range: " + value);
      }
    }

    /// Own work of a stage against a middle one.
    double stage(int stage, int stages) {
      if (stages == 1) {
        return 1;
      }
      return stage == 0 ? firstStage : stage == stages - 1 ? lastStage : 1;
    }
  }

  public JobSpec {
    if (firstServer < 0 || servers < 1) {
      throw new IllegalArgumentException("job " + id + " must have at least one server");
    }
    if (stages < 1 || servers % stages != 0) {
      throw new IllegalArgumentException(
          "job %s: pipeline stages must divide its %d servers, are %d"
              .formatted(id, servers, stages));
    }
    if (!(stepSeconds >= 0.05 && stepSeconds <= 600)) {
      throw new IllegalArgumentException("step time must be 0.05 to 600 s, is " + stepSeconds);
    }
  }

  /// A job over the first servers: four pipeline stages where that leaves each two servers or more,
  /// else one.
  public static JobSpec over(int servers, double stepSeconds) {
    int stages = servers % 4 == 0 && servers >= 8 ? 4 : 1;
    return new JobSpec("llm-pretrain", 0, servers, stages, stepSeconds, Work.DEFAULT);
  }

  /// Whether it is meant to run on a server.
  boolean has(int server) {
    return server >= firstServer && server < firstServer + servers;
  }

  /// Number of ranks.
  public int ranks() {
    return servers * ClusterSpec.PER_SERVER;
  }

  /// Data-parallel replicas: servers of one pipeline stage.
  public int replicas() {
    return servers / stages;
  }

  /// The pipeline stage of a rank, from 0.
  public int stage(int rank) {
    return rank / ClusterSpec.PER_SERVER / replicas();
  }

  /// The data-parallel replica of a rank, from 0.
  public int replica(int rank) {
    return rank / ClusterSpec.PER_SERVER % replicas();
  }
}
