package io.lockstep.collector.detect;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// What a detector has found: who, why, since when, and the numbers it rests on.
///
/// @param kind the kind of fault
/// @param onsetNanos when it began, Unix nanoseconds, by the data, not by the detector's clock
/// @param severity how bad
/// @param action what to do
/// @param summary one sentence for the person on call: who, how much, why
/// @param evidence the numbers behind it: name with unit last → value, in the order of telling
public record Finding(
    IncidentKind kind,
    long onsetNanos,
    Severity severity,
    Action action,
    String summary,
    SequencedMap<String, Double> evidence) {

  /// How bad a fault is.
  public enum Severity {
    INFO,
    WARNING,
    CRITICAL
  }

  /// What Lockstep advises.
  public enum Action {
    /// Look at it; nothing is urgent.
    WATCH,
    /// Save the job's state soon.
    CHECKPOINT,
    /// Save the job's state, then take the server out.
    EVACUATE
  }

  public Finding {
    evidence =
        Collections.unmodifiableSequencedMap(new LinkedHashMap<>((Map<String, Double>) evidence));
  }
}
