package io.lockstep.simulator;

import java.time.Instant;

/// Times as Unix nanoseconds, as OTLP writes them.
final class Nanos {
  static final long SECOND = 1_000_000_000L;

  private Nanos() {}

  static long of(Instant time) {
    return Math.addExact(Math.multiplyExact(time.getEpochSecond(), SECOND), time.getNano());
  }
}
