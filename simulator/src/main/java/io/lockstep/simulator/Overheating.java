package io.lockstep.simulator;

/// How a GPU whose cooling fails gets hot, and how it throttles: all of it follows from one curve.
/// The temperature nears its limit as that of a heated body does, and when it is near, the clock
/// falls. All times are nanoseconds since the simulation's start.
record Overheating(Injected injected) {
  private static final double TIME_CONSTANT_SECONDS = 4;
  private static final double THROTTLE_BEGINS = 0.5;
  private static final double THROTTLE_FULL = 0.9;

  /// How near the temperature is to its limit: 0 as usual, 1 at the limit.
  double heat(long nanos) {
    if (nanos < injected.startNanos() || !injected.fault().heat()) {
      return 0;
    }
    double reached = rise(Math.min(nanos, injected.endNanos()) - injected.startNanos());
    return nanos < injected.endNanos()
        ? reached
        : reached * (1 - rise(nanos - injected.endNanos()));
  }

  private static double rise(long nanos) {
    return 1 - StrictMath.exp(-nanos / 1e9 / TIME_CONSTANT_SECONDS);
  }

  /// How many times as long the GPU's own work takes: 1 as usual, 1 + depth in full.
  double slowdown(long nanos) {
    return 1 + injected.fault().depth() * share(nanos);
  }

  private double share(long nanos) {
    if (!injected.fault().heat()) {
      return injected.activeAt(nanos) ? 1 : 0;
    }
    double share = (heat(nanos) - THROTTLE_BEGINS) / (THROTTLE_FULL - THROTTLE_BEGINS);
    return Math.clamp(share, 0.0, 1.0);
  }
}
