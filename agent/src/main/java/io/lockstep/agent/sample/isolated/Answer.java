package io.lockstep.agent.sample.isolated;

import io.lockstep.agent.sample.jobs.GpuUse;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.util.List;

/// What a round of the child said.
///
/// @param timeMillis the round's time, Unix milliseconds
/// @param uses who uses the GPUs, where that was read in this round; else empty
record Answer(long timeMillis, List<Sample> samples, List<Occurrence> events, List<GpuUse> uses) {}
