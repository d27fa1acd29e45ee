package io.lockstep.collector.receive;

/// About how many different values there were, in 64 bytes: HyperLogLog (Flajolet and others,
/// 2007), off by a tenth or so.
final class Distinct {
  private static final int REGISTERS = 256;
  private static final int BITS = 8;

  /// The paper's constant for so many registers.
  private static final double ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

  private final byte[] registers = new byte[REGISTERS];

  /// @param hash of a value, evenly spread
  void add(long hash) {
    int register = (int) (hash >>> (Long.SIZE - BITS));
    byte rank = (byte) (Long.numberOfLeadingZeros((hash << BITS) | (1L << (BITS - 1))) + 1);
    if (rank > registers[register]) {
      registers[register] = rank;
    }
  }

  long estimate() {
    double sum = 0;
    int empty = 0;
    for (byte rank : registers) {
      sum += Math.scalb(1.0, -rank);
      empty += rank == 0 ? 1 : 0;
    }
    double raw = ALPHA * REGISTERS * REGISTERS / sum;
    boolean few = raw <= 2.5 * REGISTERS && empty > 0;
    return Math.round(few ? REGISTERS * Math.log((double) REGISTERS / empty) : raw);
  }
}
