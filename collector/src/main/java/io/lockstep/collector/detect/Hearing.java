package io.lockstep.collector.detect;

import io.lockstep.collector.window.JobWindow;
import java.util.Locale;

/// How much of a job is heard here. Its other servers may send to another collector, or their
/// programs may say nothing.
public final class Hearing {
  private static final int RANKS = 2;

  /// As many as are accused at most: see [StragglerDetector.Config].
  private static final double SHARE = 0.02;

  private Hearing() {}

  /// Whether enough of a job's ranks were heard to judge any of them: among more that were not
  /// there could be so many slow ones that the fault is the job's, and nobody's.
  public static boolean isEnough(JobWindow job) {
    return job.expected() - job.heard() <= Math.max(RANKS, SHARE * job.expected());
  }

  /// Why it is not enough, as a part of a sentence.
  public static String words(JobWindow job) {
    return String.format(
        Locale.ROOT,
        "cannot tell who is slow: only %,d of %,d ranks are heard here",
        job.heard(),
        job.expected());
  }
}
