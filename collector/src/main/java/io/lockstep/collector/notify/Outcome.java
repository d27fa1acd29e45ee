package io.lockstep.collector.notify;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What came of sending once.
public sealed interface Outcome {
  /// In words, without anything secret: `204`, or `500: out of memory`.
  String answer();

  /// The receiver has it.
  record Delivered(String answer) implements Outcome {}

  /// Not now.
  ///
  /// @param retryAfter how long the receiver asked to be left alone; null when it did not
  record TryLater(String answer, @Nullable Duration retryAfter) implements Outcome {}

  /// Not this message, ever.
  record Refused(String answer) implements Outcome {}

  /// Nothing any more: the receiver says that it is gone for good.
  record Gone(String answer) implements Outcome {}
}
