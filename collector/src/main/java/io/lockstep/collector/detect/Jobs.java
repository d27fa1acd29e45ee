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

  private static long end(JobWindow job) {
    Iteration last = job.last();
    return last == null ? Long.MIN_VALUE : last.endNanos();
  }
}
