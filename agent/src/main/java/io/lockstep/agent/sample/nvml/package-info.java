/// GPUs through NVIDIA's management library (NVML): each GPU on a thread of its own, because a call
/// into the driver of a failing GPU may never return.
@NullMarked
package io.lockstep.agent.sample.nvml;

import org.jspecify.annotations.NullMarked;
