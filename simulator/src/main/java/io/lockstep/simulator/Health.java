package io.lockstep.simulator;

import java.util.List;

/// What the injected faults do to each part at each time.
final class Health {
  /// A GPU heats up within so many seconds.
  private static final double RAMP_SECONDS = 6;

  /// One cycle of a flapping port: down for 7 seconds of every 20. Flaps last seconds (MegaScale,
  /// NSDI'24).
  private static final double FLAP_SECONDS = 20;

  private static final double FLAP_DOWN_SECONDS = 7;

  private final List<Injected> faults;

  Health(List<Injected> faults) {
    this.faults = faults;
  }

  /// Share of its speed that a GPU has lost, 0 (healthy) to the fault's depth.
  double slowness(int server, int gpu, double seconds) {
    double worst = 0;
    for (Injected one : faults) {
      if (one.fault().kind() == Fault.Kind.GPU_SLOW
          && one.server() == server
          && one.part() == gpu
          && one.active(seconds)) {
        double ramp = Math.min(1, one.since(seconds) / RAMP_SECONDS);
        worst = Math.max(worst, one.fault().depth() * ramp);
      }
    }
    return worst;
  }

  boolean portUp(int server, int port, double seconds) {
    return faults.stream().noneMatch(one -> down(one, server, port, seconds));
  }

  private static boolean down(Injected one, int server, int port, double seconds) {
    if (one.server() != server || one.part() != port || !one.active(seconds)) {
      return false;
    }
    return switch (one.fault().kind()) {
      case PORT_DOWN -> true;
      case PORT_FLAPPING -> one.since(seconds) % FLAP_SECONDS < FLAP_DOWN_SECONDS;
      case GPU_SLOW, HOST_SILENT -> false;
    };
  }

  boolean silent(int server, double seconds) {
    return faults.stream()
        .anyMatch(one ->
            one.fault().kind() == Fault.Kind.HOST_SILENT
                && one.server() == server
                && one.active(seconds));
  }
}
