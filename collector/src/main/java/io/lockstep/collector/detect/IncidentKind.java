package io.lockstep.collector.detect;

/// What kind of fault an incident is about. On one subject the kind further down takes over the one
/// above it: a flap takes over a port that is down.
public enum IncidentKind {
  /// More of a job's ranks are slow than could each be at fault: nobody is accused.
  JOB_SLOW,
  /// A program failed on a GPU, most likely by its own fault.
  GPU_PROGRAM_FAILED,
  /// A check of the site's own says that something is wrong.
  SITE_CHECK,
  /// A server has not the parts that it should have, or others.
  INVENTORY_DIFFERS,
  /// A part of a server that is neither GPU nor port has a fault, or the server's clock or memory.
  HOST_DEGRADED,
  /// A port is slower than it was.
  PORT_DEGRADED,
  /// A port does not carry traffic.
  PORT_DOWN,
  /// A port goes down and comes back, again and again.
  PORT_FLAPPING,
  /// A GPU's clock is held back by heat or power.
  GPU_THROTTLED,
  /// A link or a part of a GPU's memory does not do what it could.
  GPU_DEGRADED,
  /// A GPU does its share of equal work more slowly than its peers.
  GPU_SLOW,
  /// A GPU has errors that a job may not survive, or asks to be reset.
  GPU_FAILING,
  /// An NVSwitch has errors, or has stopped.
  NVSWITCH_FAILING,
  /// A GPU is lost, missing, or does not answer.
  GPU_LOST,
  /// Most of a server's GPUs do their shares more slowly than their peers: the server, not a GPU.
  HOST_SLOW,
  /// A server's agent is not heard any more.
  HOST_SILENT,
  /// The collector itself hears (almost) nobody: the fault is on its side.
  COLLECTOR_DEAF,
  /// The store does not take what the collector receives.
  STORE_FAILING;

  /// The kind in lower case with dashes, as APIs, runbooks and orders to the simulator write it.
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
