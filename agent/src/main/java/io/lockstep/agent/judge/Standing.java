package io.lockstep.agent.judge;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What one rule says of one subject over time, with the patience and keep that the collector's
/// alerts have: a fault counts once it has been there for the patience, and is over once it was
/// absent for the keep. Who cannot tell moves nothing. One thread.
final class Standing {
  /// A fault that does not count yet and of which nobody could tell for so long is forgotten.
  private static final long FORGET_NANOS = Duration.ofMinutes(10).toNanos();

  private Fault fault;
  private long pendingSince;
  private long judged;
  private long absentSince;
  private boolean counts;
  private boolean told;

  /// @param nowNanos Unix nanoseconds
  Standing(Fault fault, long nowNanos) {
    this.fault = fault;
    this.pendingSince = nowNanos;
    this.judged = nowNanos;
  }

  /// One that counted before a restart.
  static Standing restored(Fault fault) {
    var standing = new Standing(fault, fault.heardNanos());
    standing.counts = true;
    return standing;
  }

  /// The fault is there.
  ///
  /// @return whether it counts from now on
  boolean present(Fault now, long patienceNanos, long nowNanos) {
    fault = now;
    judged = nowNanos;
    absentSince = 0;
    boolean begins = !counts && nowNanos - pendingSince >= patienceNanos;
    counts |= begins;
    return begins;
  }

  /// The fault is not there.
  ///
  /// @return whether it is over, or was none
  boolean absent(long keepNanos, long nowNanos) {
    judged = nowNanos;
    absentSince = absentSince == 0 ? nowNanos : absentSince;
    return !counts || nowNanos - absentSince >= keepNanos;
  }

  /// Nobody can tell.
  ///
  /// @param stepNanos since the last judgement; does not count towards patience
  /// @return whether it is forgotten
  boolean unclear(long stepNanos, long nowNanos) {
    absentSince = 0;
    pendingSince += stepNanos;
    return !counts && nowNanos - judged > FORGET_NANOS;
  }

  /// The fault, where it counts; else null.
  @Nullable Fault fault() {
    return counts ? fault : null;
  }

  /// The fault, whether it counts or not yet.
  Fault any() {
    return fault;
  }

  /// What people call its subject is another word from now on.
  void rename(String subject, String before, String now) {
    if (fault.subject().equals(subject)) {
      fault = fault.saying(fault.words().replace(before, now));
    }
  }

  boolean told() {
    return told;
  }

  void tell() {
    told = true;
  }
}
