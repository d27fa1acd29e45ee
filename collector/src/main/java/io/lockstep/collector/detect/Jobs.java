package io.lockstep.collector.detect;

import io.lockstep.collector.window.Iteration;
import io.lockstep.collector.window.JobWindow;
import io.lockstep.collector.window.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which of the window's jobs there is something to say about.
final class Jobs {
  private static final double IDLE_SECONDS = 60;
  private static final double ENDED_SECONDS = 600;
  private static final double IDLE_STEPS = 20;

  private Jobs() {}

  /// The newest attempt of each job, in the window's order; empty when none has an iteration.
  static List<JobWindow> live(Window window) {
    Map<String, JobWindow> newest = new HashMap<>();
    for (JobWindow job : window.jobs()) {
      if (job.last() != null) {
        newest.merge(job.job(), job, (one, other) -> end(one) >= end(other) ? one : other);
      }
    }
    var live = new ArrayList<JobWindow>();
    for (JobWindow job : window.jobs()) {
      if (job.equals(newest.get(job.job()))) {
        live.add(job);
      }
    }
    return live;
  }

  /// Whether a job has been without a step for so long that its last iterations say nothing of now:
  /// a minute, and many steps.
  static boolean idle(Window window, JobWindow job) {
    return idleSeconds(window, job) > Math.max(IDLE_SECONDS, IDLE_STEPS * steps(job));
  }

  /// Whether a job has been without a step for so long that it has ended, or will begin anew.
  static boolean ended(Window window, JobWindow job) {
    return idleSeconds(window, job) > Math.max(ENDED_SECONDS, IDLE_STEPS * steps(job));
  }

  private static double idleSeconds(Window window, JobWindow job) {
    return (window.nowNanos() - job.lastArrivalNanos()) / 1e9;
  }

  private static double steps(JobWindow job) {
    double step = job.medianStepSeconds();
    return Double.isNaN(step) ? 0 : step;
  }

  private static long end(JobWindow job) {
    Iteration last = job.last();
    return last == null ? Long.MIN_VALUE : last.endNanos();
  }
}
