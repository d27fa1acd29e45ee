package io.lockstep.agent.listen;

/// A request that is answered with an error; the message says what is wrong and what to send.
final class Problem extends Exception {
  private final int status;

  Problem(int status, String message) {
    super(message);
    this.status = status;
  }

  /// The HTTP status.
  int status() {
    return status;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
