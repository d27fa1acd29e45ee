package io.lockstep.agent.sample.jobs;

import org.jspecify.annotations.Nullable;

/// A process that uses a GPU.
///
/// @param pid as the agent's `/proc` numbers it
/// @param memory what it holds of the GPU's memory, bytes; null when the driver does not say
/// @param instance UUID of the MIG instance that it runs on; empty for the GPU as a whole
public record GpuProcess(int pid, @Nullable Long memory, String instance) {}
