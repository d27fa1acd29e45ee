package io.lockstep.agent.batch;

import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.time.Instant;
import java.util.List;

/// Takes what the rounds read. Any thread.
public interface Outlet {
  /// Everything that was read in one tick.
  ///
  /// @param time the tick, the time of all of it
  /// @param samples at least one
  void metrics(Instant time, List<Sample> samples);

  /// What happened; not kept for the next tick.
  ///
  /// @param events at least one, oldest first
  void events(List<Occurrence> events);
}
