package io.lockstep.agent.sample.nvml;

import io.lockstep.telemetry.contract.GpuHealth;
import org.jspecify.annotations.Nullable;

/// What a GPU itself says is wrong, each as it was last read. One thread.
final class Health {
  private long bits;
  private boolean known;

  /// One of them was read.
  void set(GpuHealth what, boolean wrong) {
    known = true;
    bits = wrong ? bits | what.bit() : bits & ~what.bit();
  }

  /// All of them, by [GpuHealth#bit()]; null when none could ever be read.
  @Nullable Long bits() {
    return known ? bits : null;
  }
}
