package io.lockstep.collector.alert;

/// What changed about an incident in one round: what is written down, and sent on.
///
/// @param what what happened
/// @param incident the incident as it is now
public record Transition(What what, Incident incident) {
  /// The changes that matter to people. Numbers that move are none.
  public enum What {
    OPENED,
    /// Its kind, severity or action rose.
    ESCALATED,
    /// Another alert joined it, or one of several was resolved, and it is no graver than it was.
    CHANGED,
    /// It had been resolved a short while ago and is back.
    REOPENED,
    RESOLVED
  }
}
