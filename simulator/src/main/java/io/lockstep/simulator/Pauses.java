package io.lockstep.simulator;

import java.util.List;

/// What holds up all ranks of a job now and then, as seen in the step times that MLPerf Training's
/// submitters logged ([v4.0](https://github.com/mlcommons/training_results_v4.0),
/// [v4.1](https://github.com/mlcommons/training_results_v4.1),
/// [v5.1](https://github.com/mlcommons/training_results_v5.1); 63,176 steps).
///
/// @param warmUp how many medians the first steps take. Ten runs take 5.5 to 8.4 for the first and
///   1.7 to 2.3 for the second, the others no more than usual
/// @param evaluationEvery steps between evaluations, 0 for none. The runs have one each 8 to 12
///   steps (GPT-3 on 256 to 3,072 H100) or each 200 to 770 (Llama 3.1 8B); a job that is not a
///   contest has fewer
/// @param evaluationMedians length of an evaluation in median steps: 0.7 to 1.2 in the GPT-3 runs,
///   4 to 16 in the others
/// @param checkpointEvery steps between checkpoints, 0 for none
/// @param checkpointMedians how long the job waits for one, in median steps; not in these logs, the
///   time that sharded asynchronous saving leaves
/// @param hiccups share of steps with a collection, a late data index or the like: 792 of the
///   steps, 1.3 %, take more than 1.1 medians outside start and evaluation
public record Pauses(
    List<Double> warmUp,
    int evaluationEvery,
    double evaluationMedians,
    int checkpointEvery,
    double checkpointMedians,
    double hiccups) {
  public static final Pauses DEFAULT = new Pauses(List.of(3.0, 1.7), 48, 1.2, 100, 1.5, 0.0125);

  /// Steps of one length, but for their noise.
  public static final Pauses NONE = new Pauses(List.of(), 0, 0, 0, 0, 0);

  /// A hiccup takes at least so many medians, by the definition under which they were counted.
  static final double HICCUP_MIN = 1.1;

  static final double HICCUP_MAX = 3;

  public Pauses {
    warmUp = List.copyOf(warmUp);
    if (evaluationEvery < 0 || checkpointEvery < 0 || !(hiccups >= 0 && hiccups < 0.5)) {
      throw new IllegalArgumentException(
          "pauses must not be negative, and hiccups at most half of the steps");
    }
  }

  /// Length of one hiccup in medians. In the logs half of them are below 1.13, a tenth above 1.23,
  /// one in twenty above 1.57: a power law fits that.
  ///
  /// @param uniform above 0, at most 1
  static double hiccup(double uniform) {
    double tail = HICCUP_MIN + 0.05 * (StrictMath.pow(uniform, -1 / 1.4) - 1);
    return Math.min(HICCUP_MAX, tail);
  }

  /// Whether this step holds an evaluation; never one of the first.
  boolean evaluates(long iteration) {
    return evaluationEvery > 0 && iteration > 0 && (iteration + 1) % evaluationEvery == 0;
  }

  /// Whether a checkpoint is saved in this step. The first comes early, so that a short run has
  /// one.
  boolean saves(long iteration) {
    return checkpointEvery > 0 && iteration % checkpointEvery == Math.min(30, checkpointEvery - 1);
  }
}
