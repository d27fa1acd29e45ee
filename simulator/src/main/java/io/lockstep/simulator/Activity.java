package io.lockstep.simulator;

import java.util.List;

/// What a GPU's rank did in an interval.
///
/// @param compute share of the interval in own work, 0 to 1
/// @param communication share inside collectives, waiting included
/// @param checkpoint share in which the job saved a checkpoint
/// @param steps seconds of healthy step work whose collectives fell into it
record Activity(double compute, double communication, double checkpoint, double steps) {
  /// No job.
  static final Activity NONE = new Activity(0, 0, 0, 0);

  /// Whether no job ran.
  boolean idle() {
    return steps == 0;
  }

  /// Share in which a kernel ran: a rank that waits in a collective spins in one.
  double busy() {
    return Math.min(1, compute + communication);
  }

  /// The mean over the ranks of a server.
  static Activity mean(List<Activity> all) {
    double compute = 0;
    double communication = 0;
    double checkpoint = 0;
    double steps = 0;
    for (Activity one : all) {
      compute += one.compute / all.size();
      communication += one.communication / all.size();
      checkpoint += one.checkpoint / all.size();
      steps += one.steps / all.size();
    }
    return new Activity(compute, communication, checkpoint, steps);
  }
}
