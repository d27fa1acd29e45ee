package io.lockstep.agent;

import java.time.InstantSource;

/// How the configuration's reading went, for who watches the agent. Any thread.
final class Reloads {
  private final InstantSource clock;
  private volatile boolean lastSucceeded = true;
  private volatile long lastSuccessMillis;

  /// Begins with the configuration that was read at the start.
  Reloads(InstantSource clock) {
    this.clock = clock;
    this.lastSuccessMillis = clock.millis();
  }

  void succeeded() {
    lastSucceeded = true;
    lastSuccessMillis = clock.millis();
  }

  void failed() {
    lastSucceeded = false;
  }

  /// Whether the newest configuration is the one in force.
  boolean lastSucceeded() {
    return lastSucceeded;
  }

  /// When the one in force was read, Unix milliseconds.
  long lastSuccessMillis() {
    return lastSuccessMillis;
  }
}
