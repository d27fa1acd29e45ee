package io.lockstep.collector.alert;

/// What changed about an incident in one round: what is written down, and, in time, sent on.
///
/// @param what what happened
/// @param incident the incident as it is now
public record Transition(What what, Incident incident) {
  /// The changes that matter to people. Numbers that move are none.
  public enum What {
    OPENED,
    /// Its kind rose, or another alert joined it, or one of several was resolved.
    CHANGED,
    /// It had been resolved a short while ago and is back.
    REOPENED,
    RESOLVED
  }
}
