package io.lockstep.simulator;

import java.util.Arrays;

/// How long the steps of a healthy job take, and what for. How ranks differ within a step is drawn
/// by the [Simulation].
@FunctionalInterface
public interface StepTimes {
  /// One step of a healthy job, seconds; the sum is its length.
  ///
  /// @param work the step itself: all ranks' own work and collectives
  /// @param collection in which all ranks stand still in their own work, as in a planned collection
  ///   of garbage, or in warming up
  /// @param loading in which all ranks wait for training data
  /// @param evaluation within the step; 0 for none
  /// @param checkpoint within the step; 0 for none
  record Plan(
      double work, double collection, double loading, double evaluation, double checkpoint) {}

  /// The plan of an iteration, from 0. The same iteration always has the same plan.
  Plan plan(long iteration);

  /// As measured in real runs, see [Pauses].
  static StepTimes usual(ClusterSpec spec) {
    return usual(spec, spec.jobs().getFirst(), Pauses.DEFAULT);
  }

  /// As measured in real runs, but for the pauses.
  static StepTimes usual(ClusterSpec spec, JobSpec job, Pauses pauses) {
    return new UsualSteps(
        job.stepSeconds(), job.work().noise(), pauses, spec.chance().of(job.id()).of("steps"));
  }

  /// Whole step times of a real run, in order; again from the first when they are used up. What
  /// exceeds 1.1 times the median is a pause of all ranks, in the one half of such steps in own
  /// work and in the other in loading.
  ///
  /// @param seconds each above 0, at least one
  static StepTimes series(double[] seconds) {
    double[] all = seconds.clone();
    if (all.length == 0 || !Arrays.stream(all).allMatch(one -> one > 0 && one < 1e6)) {
      throw new IllegalArgumentException("step times must be above 0 s, and at least one");
    }
    double[] sorted = all.clone();
    Arrays.sort(sorted);
    double most = Pauses.HICCUP_MIN * sorted[sorted.length / 2];
    return iteration -> {
      double whole = all[(int) (iteration % all.length)];
      double beyond = Math.max(0, whole - most);
      boolean loading = iteration % 2 == 1;
      return new Plan(whole - beyond, loading ? 0 : beyond, loading ? beyond : 0, 0, 0);
    };
  }
}
