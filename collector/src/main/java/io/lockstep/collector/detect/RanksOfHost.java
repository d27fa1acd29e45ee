package io.lockstep.collector.detect;

import io.lockstep.collector.window.Host;
import io.lockstep.collector.window.Iteration;
import io.lockstep.collector.window.JobWindow;
import io.lockstep.collector.window.Rank;
import io.lockstep.collector.window.Window;

/// What the training jobs say of a server whose agent is silent. Training is synchronous: a step
/// that ends, ends for all ranks, those of the silent server included.
///
/// @param count its ranks in jobs that were stepping when it was last heard
/// @param stepsSince steps that those jobs have ended since
/// @param standing whether one of them stopped about when the host was last heard, and stands still
record RanksOfHost(int count, int stepsSince, boolean standing) {
  private static final double SECOND = 1e9;

  /// A step this much later than the host's last batch is not one that the batch could have told
  /// of.
  private static final long AFTER_NANOS = 1_000_000_000;

  /// No step within so many median steps, or seconds, is a standstill: two of them pass before an
  /// iteration without the silent ranks is sealed.
  private static final double STEPS_STANDING = 5;

  private static final double SECONDS_STANDING = 10;

  /// A job that ended more steps than this after the host was last heard did not stop with it.
  private static final int STEPS_OF_THE_END = 2;

  /// A job without a step for so long before the silence had ended or paused already.
  private static final double SECONDS_ENDED = 60;

  static RanksOfHost of(Window window, Host host) {
    int count = 0;
    int steps = 0;
    boolean standing = false;
    for (JobWindow job : Jobs.live(window)) {
      int here = ranks(job, host);
      Iteration last = job.last();
      if (here == 0 || last == null || endedBefore(last, job, host)) {
        continue;
      }
      count += here;
      int since = stepsSince(job, host);
      steps += since;
      double wait = Math.max(SECONDS_STANDING, STEPS_STANDING * job.medianStepSeconds());
      standing |= since <= STEPS_OF_THE_END && window.nowNanos() - last.endNanos() > wait * SECOND;
    }
    return new RanksOfHost(count, steps, standing);
  }

  private static int ranks(JobWindow job, Host host) {
    int here = 0;
    for (Rank rank : job.ranks()) {
      here += rank != null && rank.host().equals(host.name()) ? 1 : 0;
    }
    return here;
  }

  private static boolean endedBefore(Iteration last, JobWindow job, Host host) {
    double wait = Math.max(SECONDS_ENDED, STEPS_STANDING * job.medianStepSeconds());
    return host.lastHeardNanos() - last.endNanos() > wait * SECOND;
  }

  private static int stepsSince(JobWindow job, Host host) {
    int steps = 0;
    for (Iteration iteration : job.iterations()) {
      steps += iteration.endNanos() > host.lastHeardNanos() + AFTER_NANOS ? 1 : 0;
    }
    return steps;
  }

  /// The end of the sentence that says that the server is silent.
  String words() {
    if (count == 0) {
      return "; no training job is known on it";
    }
    if (standing) {
      return "; the job of its "
          + Words.count(count, "rank")
          + " stands still, too: the server may"
          + " be gone";
    }
    if (stepsSince == 0) {
      return "; whether its " + Words.count(count, "rank") + " go on is not clear yet";
    }
    String who = count == 1 ? "its rank goes" : "its " + count + " ranks go";
    return "; " + who + " on training: the agent or its network, not the server";
  }
}
