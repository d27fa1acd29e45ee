package io.lockstep.agent.sample;

/// What is given up first when the agent costs too much: in this order, and within one of them the
/// sampler whose rounds take longest.
public enum Importance {
  /// Good to know: parts of the host, site checks.
  EXTRA,
  /// How the server as a whole is.
  HOST,
  /// What the agent is there for: GPUs, the kernel's log, ports. Given up last, and only for
  /// processor time: memory and files would not come back by it.
  VITAL
}
