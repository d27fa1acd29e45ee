package io.lockstep.telemetry.rules;

/// What a rule says of one subject now.
public sealed interface Judgement {
  Judgement ABSENT = new Absent();
  Judgement CANNOT_TELL = new CannotTell();

  /// The fault is there.
  ///
  /// @param value what was tested: the newest value, or the number of cycles
  /// @param sinceNanos since when, as far back as is known, Unix nanoseconds by the collector's
  ///   clock
  record Present(double value, long sinceNanos) implements Judgement {}

  /// The fault is not there: the data were good enough to see it.
  record Absent() implements Judgement {}

  /// The data do not say.
  record CannotTell() implements Judgement {}
}
