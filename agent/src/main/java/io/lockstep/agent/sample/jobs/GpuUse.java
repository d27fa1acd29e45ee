package io.lockstep.agent.sample.jobs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the driver says of who uses one GPU, at one moment.
///
/// @param uuid the GPU's
/// @param index the driver's present index of it
/// @param memoryUsed all that is in use of its memory, bytes; null when the driver does not say
/// @param processes one per process and MIG instance, in the driver's order; empty when nobody uses
///   it
public record GpuUse(
    String uuid, int index, @Nullable Long memoryUsed, List<GpuProcess> processes) {
  public GpuUse {
    processes = List.copyOf(processes);
  }
}
