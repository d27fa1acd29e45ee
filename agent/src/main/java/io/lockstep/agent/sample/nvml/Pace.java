package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.Turns;

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
  private static final int RARE_ROUNDS = 10;

  /// The pace of a round. What belongs to rare ones GPUs are asked in turn, one each minute:
  /// together that would keep a processor busy for half a second. Other rounds all have together,
  /// so that they are of few kinds, each of which is encoded once.
  ///
  /// @param slowRound its number among the slow ones, or [Turns#NONE]
  /// @param index of the GPU
  static Pace of(long slowRound, int index) {
    if (slowRound == Turns.NONE) {
      return SECOND;
    }
    if (slowRound % SELDOM_ROUNDS != 0) {
      return SLOW;
    }
    return (slowRound / SELDOM_ROUNDS + index) % RARE_ROUNDS == 0 ? RARE : SELDOM;
  }

  /// Whether a round of this pace asks what belongs to another.
  boolean asks(Pace other) {
    return compareTo(other) >= 0;
  }
}
