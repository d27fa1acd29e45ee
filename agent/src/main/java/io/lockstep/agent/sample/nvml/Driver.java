package io.lockstep.agent.sample.nvml;

/// What the GPUs of one driver share.
///
/// @param times where it tells for how long clocks were held back
/// @param counts of the events that are not sent
/// @param gpm whether the GPUs' activity is read
/// @param marks notes which of them is read
record Driver(EventTimes times, EventCounts counts, Gpm gpm, Marks marks) {}
