package io.lockstep.collector.detect;

import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.rows.Event;
import org.jspecify.annotations.Nullable;

/// A detector that also goes by events, which are judged the moment they arrive.
public interface Prompt extends Detector {
  /// What an event says of a subject.
  ///
  /// @param subject whom it is about
  /// @param finding the fault that it tells of; null when it says that the fault is over
  record Verdict(SubjectKey subject, @Nullable Finding finding) {}

  /// Judges one event.
  ///
  /// @param timeNanos when it happened, by the collector's clock, Unix nanoseconds
  /// @return null when it says nothing here
  @Nullable Verdict happened(Window window, Event event, long timeNanos);
}
