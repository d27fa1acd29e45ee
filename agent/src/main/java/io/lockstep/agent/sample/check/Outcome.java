package io.lockstep.agent.sample.check;

import java.time.Instant;
import java.util.List;

/// What came of one run of a check.
///
/// @param line one line of printable text; empty when the check said nothing
/// @param values of its performance data, in its order
/// @param seconds how long it ran
/// @param ended when it ended
record Outcome(
    CheckState state, String line, List<CheckValue> values, double seconds, Instant ended) {
  Outcome {
    values = List.copyOf(values);
  }
}
