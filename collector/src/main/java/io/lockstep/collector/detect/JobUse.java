package io.lockstep.collector.detect;

import java.util.ArrayList;
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
    return who
        + (ranks.size() == 1 ? " (rank " : " (ranks ")
        + rankWords()
        + (worldSize > 0 ? " of " + worldSize : "")
        + ")";
  }

  /// As in `3, 16 to 23`: three and more in a row are told by the first and the last.
  private String rankWords() {
    var words = new ArrayList<String>();
    int next = 0;
    while (next < ranks.size() && words.size() < NAMED_RANKS) {
      int first = ranks.get(next);
      int last = next;
      while (last + 1 < ranks.size() && ranks.get(last + 1) == first + last + 1 - next) {
        last++;
      }
      boolean row = last - next >= 2;
      words.add(row ? first + " to " + ranks.get(last) : String.valueOf(first));
      next = row ? last + 1 : next + 1;
    }
    int untold = ranks.size() - next;
    return String.join(", ", words) + (untold > 0 ? " and " + untold + " more" : "");
  }
}
