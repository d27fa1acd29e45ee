package io.lockstep.agent.send;

import java.time.Duration;

/// What became of one attempt to send one batch.
public sealed interface Answer {
  /// The collector has stored it.
  ///
  /// @param rejected points, records or spans of it that the collector refused; 0 when none
  /// @param message why, or a warning; empty when there is nothing to say
  record Acknowledged(long rejected, String message) implements Answer {}

  /// The collector works but has not stored it.
  ///
  /// @param after how long to wait; zero when it did not say
  /// @param overloaded whether it asks for fewer requests (429), else only this batch is late
  /// @param reason in one line
  record TryLater(Duration after, boolean overloaded, String reason) implements Answer {}

  /// The collector will never take this batch, but takes others.
  ///
  /// @param reason in one line
  record Refused(String reason) implements Answer {}

  /// The collector takes no batch at all until somebody mends something: a token, an address.
  ///
  /// @param reason in one line; says what to mend
  record Misconfigured(String reason) implements Answer {}

  /// No collector answers.
  ///
  /// @param reason in one line
  record Away(String reason) implements Answer {}
}
