package io.lockstep.simulator;

/// When a flapping port is down: some seconds of each cycle, as flaps last (MegaScale, [Jiang et
/// al., NSDI 2024](https://arxiv.org/abs/2402.15627)).
record Flapping(Injected injected) {
  private static final long CYCLE_NANOS = 20_000_000_000L;
  private static final long DOWN_NANOS = 7_000_000_000L;

  /// @param nanos since the simulation's start
  boolean downAt(long nanos) {
    return injected.activeAt(nanos) && (nanos - injected.startNanos()) % CYCLE_NANOS < DOWN_NANOS;
  }
}
