package io.lockstep.agent.sample;

import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.util.List;

/// What one round of one sampler said.
///
/// @param samples in no particular order; empty when there is nothing
/// @param events what happened since the last round, oldest first; sent at once
public record Reading(List<Sample> samples, List<Occurrence> events) {
  public Reading {
    samples = List.copyOf(samples);
    events = List.copyOf(events);
  }
}
