package io.lockstep.collector.window;

/// The last ten minutes of one cluster in memory.
public final class Window {
  private final String cluster;

  public Window(String cluster) {
    this.cluster = cluster;
  }

  /// The cluster that all subjects belong to.
  public String cluster() {
    return cluster;
  }
}
