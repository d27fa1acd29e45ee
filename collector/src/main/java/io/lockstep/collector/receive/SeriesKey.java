package io.lockstep.collector.receive;

import java.util.random.RandomGenerator;

/// Hashes what identifies a series into 64 bits, in a way that nobody outside can foresee: who
/// could make two series that look the same would be counted once.
final class SeriesKey {
  private final long secret;
  private final long factor;

  /// @param random of this process
  SeriesKey(RandomGenerator random) {
    this.secret = random.nextLong();
    this.factor = random.nextLong() | 1;
  }

  long of(String... parts) {
    long hash = secret;
    for (String part : parts) {
      hash = mix(hash ^ part.length());
      int i = 0;
      for (; i + 4 <= part.length(); i += 4) {
        long four =
            (long) part.charAt(i) << 48
                | (long) part.charAt(i + 1) << 32
                | (long) part.charAt(i + 2) << 16
                | part.charAt(i + 3);
        hash = mix(hash ^ four);
      }
      for (; i < part.length(); i++) {
        hash = mix(hash ^ part.charAt(i));
      }
    }
    return mix(hash);
  }

  /// The upper and the lower half of a product of 128 bits, as wyhash folds them.
  private long mix(long value) {
    long odd = value + secret;
    return Math.multiplyHigh(odd, factor) ^ (odd * factor) ^ Long.rotateLeft(value, 29);
  }
}
