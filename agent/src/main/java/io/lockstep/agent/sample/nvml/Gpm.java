package io.lockstep.agent.sample.nvml;

/// Whether a GPU's activity is read (NVML's GPM, on Hopper and newer).
///
/// GPM has counters of its own: unlike the profiling metrics of older GPUs it does not take the
/// performance monitor away from Nsight, CUPTI or DCGM, says DCGM's maintainer
/// ([DCGM#62](https://github.com/NVIDIA/DCGM/issues/62)). Others saw readers of one GPU perturb
/// each other ([nvtop#483](https://github.com/Syllo/nvtop/pull/483)), so what can't be is not
/// believed.
public enum Gpm {
  /// Where the GPU has it; what can't be is not said, and told as a reader that fails.
  AUTO,
  /// Where the GPU has it, whatever it says.
  ON,
  /// Never.
  OFF
}
