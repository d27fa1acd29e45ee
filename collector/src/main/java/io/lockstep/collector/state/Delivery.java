package io.lockstep.collector.state;

/// How far one message has come on its way to one sink.
///
/// @param message the message's id
/// @param sink the sink's name
/// @param incident the incident's id
/// @param event what it tells: `opened`, `escalated` or `resolved`
/// @param madeNanos when the message was made, Unix nanoseconds
/// @param state where it stands
/// @param attempts how often it was sent so far
/// @param changedNanos when this was so first, Unix nanoseconds
/// @param answer what came back last, or why it was dropped, for people; empty before the first
///   attempt
public record Delivery(
    String message,
    String sink,
    String incident,
    String event,
    long madeNanos,
    State state,
    int attempts,
    long changedNanos,
    String answer) {

  /// A delivery's life: pending until it is one of the others for good.
  public enum State {
    PENDING,
    /// The receiver has it.
    DELIVERED,
    /// The receiver does not want it, and would not want it again.
    REFUSED,
    /// Given up: too old, too many, or the sink is gone from the configuration.
    DROPPED
  }

  /// A delivery of which nothing has been tried.
  public static Delivery pending(
      String message, String sink, String incident, String event, long madeNanos) {
    return new Delivery(message, sink, incident, event, madeNanos, State.PENDING, 0, madeNanos, "");
  }

  /// After another attempt.
  public Delivery tried(State state, String answer, long now) {
    return new Delivery(
        message, sink, incident, event, madeNanos, state, attempts + 1, now, answer);
  }

  /// Given up without another attempt.
  ///
  /// @param reason for people
  public Delivery dropped(String reason, long now) {
    String why = answer.isEmpty() ? reason : reason + "; last answer: " + answer;
    return new Delivery(
        message, sink, incident, event, madeNanos, State.DROPPED, attempts, now, why);
  }
}
