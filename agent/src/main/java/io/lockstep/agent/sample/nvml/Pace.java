package io.lockstep.agent.sample.nvml;

/// How much a round asks a GPU. Each pace asks what those before it ask, too. Which call belongs to
/// which goes by what it costs (docs/decisions/0015-gpus-through-nvml.md): most are answered within
/// 10 µs from memory that the driver keeps up to date, some take a millisecond of a processor.
enum Pace {
  /// What detectors need each second.
  SECOND,

  /// Every ten seconds: what changes slowly, or takes some 0.1 ms.
  SLOW,

  /// Once a minute: what takes about a millisecond.
  SELDOM,

  /// Every ten minutes: what only an administrator changes.
  RARE;

  private static final int SELDOM_ROUNDS = 6;
  private static final int RARE_ROUNDS = 10 * SELDOM_ROUNDS;

  /// The pace of a slow round. GPUs take turns, so that the costly rounds of a server do not fall
  /// into the same second; in its first round each is asked everything.
  ///
  /// @param slowRound counted from 0
  /// @param index of the GPU
  static Pace ofSlow(int slowRound, int index) {
    if (slowRound == 0 || (slowRound + index) % RARE_ROUNDS == 0) {
      return RARE;
    }
    return (slowRound + index) % SELDOM_ROUNDS == 0 ? SELDOM : SLOW;
  }

  /// Whether a round of this pace asks what belongs to another.
  boolean asks(Pace other) {
    return compareTo(other) >= 0;
  }
}
