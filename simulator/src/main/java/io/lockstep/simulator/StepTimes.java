package io.lockstep.simulator;

/// How long a healthy step takes, apart from what single ranks do: pauses, evaluation, warm-up.
@FunctionalInterface
public interface StepTimes {
  /// What one iteration is about.
  ///
  /// @param factor length of the work against a plain step: 1, more for warm-up
  /// @param stallSeconds time in which all ranks stand still in communication (a hiccup of fabric,
  ///   storage or collection somewhere)
  /// @param evaluationSeconds evaluation within the step; 0 for none
  /// @param checkpointSeconds saving within the step; 0 for none
  record Plan(
      double factor, double stallSeconds, double evaluationSeconds, double checkpointSeconds) {}

  /// The plan of an iteration, from 0.
  Plan plan(long iteration);

  /// Plans as measured: in 117 MLPerf runs 1.3 % of steps outside start-up and evaluation took 1.1
  /// to 3 times the median (792 of 63,176), the first ones longer; an evaluation every few dozen
  /// steps.
  static StepTimes usual(ClusterSpec spec) {
    return iteration -> {
      double warm = iteration < 3 ? 2.2 - 0.4 * iteration : 1;
      double stall = 0;
      if (iteration >= 3 && Noise.uniform(spec.seed(), 31, iteration, 0) < 0.013) {
        stall =
            spec.stepSeconds()
                * (0.1 + 1.9 * Math.pow(Noise.uniform(spec.seed(), 32, iteration, 0), 3));
      }
      double evaluation = iteration % 25 == 24 ? 1.5 * spec.stepSeconds() : 0;
      double checkpoint = iteration % 40 == 39 ? 1.2 * spec.stepSeconds() : 0;
      return new Plan(warm, stall, evaluation, checkpoint);
    };
  }

  /// Plans that follow a measured series of whole step times.
  ///
  /// @param seconds one per iteration, in order; repeated from the start when it ends
  static StepTimes series(double[] seconds, double stepSeconds) {
    double[] copy = seconds.clone();
    return iteration -> {
      double whole = copy[(int) (iteration % copy.length)];
      return new Plan(1, Math.max(0, whole - stepSeconds), 0, 0);
    };
  }
}
