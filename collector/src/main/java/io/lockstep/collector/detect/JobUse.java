package io.lockstep.collector.detect;

import java.util.List;
import java.util.TreeSet;

/// A job that a fault touches: it uses the GPU, or a GPU of the server, that the fault is about.
///
/// @param system who runs it: `slurm`, `kubernetes`, `container`, `unit` (a service or a person's
///   session), `training` (what the training process calls itself)
/// @param job Slurm's job id, `namespace/pod`, a container's id or name, a unit's name
/// @param step Slurm's step; empty where there is none
/// @param ranks its ranks there, as far as they are known, lowest first
/// @param worldSize ranks of the whole job; 0 when not known
public record JobUse(String system, String job, String step, List<Integer> ranks, int worldSize) {
  private static final int NAMED_RANKS = 8;

  public JobUse {
    ranks = List.copyOf(ranks);
  }

  boolean isSame(JobUse other) {
    return system.equals(other.system) && job.equals(other.job) && step.equals(other.step);
  }

  /// The same job with the other's ranks, too.
  JobUse and(JobUse other) {
    var both = new TreeSet<>(ranks);
    both.addAll(other.ranks);
    return new JobUse(system, job, step, List.copyOf(both), Math.max(worldSize, other.worldSize));
  }

  /// As in `Slurm job 4711 (rank 3 of 64)`.
  public String words() {
    String who =
        switch (system) {
          case "slurm" -> "Slurm job " + job;
          case "kubernetes" -> "pod " + job;
          case "container" -> "container " + job;
          case "training" -> "job " + job;
          default -> job;
        };
    if (ranks.isEmpty()) {
      return who;
    }
    List<String> some = ranks.stream().limit(NAMED_RANKS).map(String::valueOf).toList();
    return who
        + (ranks.size() == 1 ? " (rank " : " (ranks ")
        + String.join(", ", some)
        + (ranks.size() > NAMED_RANKS ? " and " + (ranks.size() - NAMED_RANKS) + " more" : "")
        + (worldSize > 0 ? " of " + worldSize : "")
        + ")";
  }
}
