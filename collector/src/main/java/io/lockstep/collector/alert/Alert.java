package io.lockstep.collector.alert;

import io.lockstep.collector.detect.Finding;

/// What one detector says of one subject, over time. All times are Unix nanoseconds.
///
/// @param detector the detector's name
/// @param state where it stands
/// @param sinceNanos first round of the present run in which the fault was there
/// @param firedNanos when it fired last; 0 while it never has
/// @param presentNanos last round in which the fault was there
/// @param absentNanos first round of the present run in which the fault was absent; 0 while it is
///   there or nobody can tell
/// @param judgedNanos last round in which the detector could tell; its age says how stale this is
/// @param resolvedNanos when it was resolved; 0 while it is not
/// @param finding the newest finding
public record Alert(
    String detector,
    State state,
    long sinceNanos,
    long firedNanos,
    long presentNanos,
    long absentNanos,
    long judgedNanos,
    long resolvedNanos,
    Finding finding) {

  /// An alert's life.
  public enum State {
    /// There, but not long enough yet.
    PENDING,
    FIRING,
    RESOLVED
  }

  static Alert pending(String detector, Finding finding, long now) {
    return new Alert(detector, State.PENDING, now, 0, now, 0, now, 0, finding);
  }

  Alert present(Finding found, long now) {
    // Until it fires, whoever knows of an earlier begin of the same run is right.
    Finding newest = state == State.PENDING ? found.since(finding.onsetNanos()) : found;
    return new Alert(
        detector, state, sinceNanos, firedNanos, now, 0, now, 0, newest.after(finding));
  }

  Alert absent(long now) {
    long since = absentNanos == 0 ? now : absentNanos;
    return new Alert(detector, state, sinceNanos, firedNanos, presentNanos, since, now, 0, finding);
  }

  /// Nobody can tell: time in which nobody can tell does not count towards patience.
  Alert paused(long nanos) {
    return new Alert(
        detector, state, sinceNanos + nanos, firedNanos, presentNanos, 0, judgedNanos, 0, finding);
  }

  /// Nobody can tell: the countdown to resolving begins anew, everything else stays.
  Alert unclear() {
    return new Alert(
        detector, state, sinceNanos, firedNanos, presentNanos, 0, judgedNanos, 0, finding);
  }

  Alert fire(long now) {
    return new Alert(
        detector, State.FIRING, sinceNanos, now, presentNanos, 0, judgedNanos, 0, finding);
  }

  Alert resolve(long now) {
    return new Alert(
        detector,
        State.RESOLVED,
        sinceNanos,
        firedNanos,
        presentNanos,
        absentNanos,
        judgedNanos,
        now,
        finding);
  }
}
