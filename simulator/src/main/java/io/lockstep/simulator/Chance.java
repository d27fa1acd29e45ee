package io.lockstep.simulator;

import java.nio.charset.StandardCharsets;

/// Random numbers that depend on nothing but the seed and what they are for: the same question
/// always has the same answer, whoever asks first. So a value does not change because something
/// else was drawn before it.
///
/// @param state the seed, mixed with the purposes so far
record Chance(long state) {
  /// Numbers for one purpose.
  Chance of(String purpose) {
    long hash = state;
    for (byte one : purpose.getBytes(StandardCharsets.UTF_8)) {
      hash = mix(hash + one);
    }
    return new Chance(mix(hash));
  }

  /// Numbers for one of many, for example one server.
  Chance of(long index) {
    return new Chance(mix(state ^ mix(index + 1)));
  }

  /// 64 random bits.
  long bits(long index) {
    return mix(state ^ mix(~index));
  }

  /// At least 0, below 1.
  double uniform(long index) {
    return (bits(index) >>> 11) * 0x1p-53;
  }

  /// Between two limits.
  double between(double low, double high, long index) {
    return low + (high - low) * uniform(index);
  }

  /// At least 0, below `bound`.
  int below(int bound, long index) {
    return (int) (uniform(index) * bound);
  }

  /// Normal, mean 0, standard deviation 1 (Box and Muller 1958).
  double gauss(long index) {
    Chance pair = of(index);
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - pair.uniform(0)));
    return radius * StrictMath.cos(2 * StrictMath.PI * pair.uniform(1));
  }

  /// The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
