package io.lockstep.simulator;

/// Chance without state: the same seed and coordinates always give the same number, in any order.
final class Noise {
  private Noise() {}

  /// 64 random bits. The mixing is SplitMix64's finalizer (Steele, Lea, Flood 2014).
  static long bits(long seed, long a, long b, long c) {
    return mix(mix(mix(mix(seed) ^ a) ^ b) ^ c);
  }

  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /// Uniform in 0 (inclusive) to 1.
  static double uniform(long seed, long a, long b, long c) {
    return (bits(seed, a, b, c) >>> 11) * 0x1.0p-53;
  }

  /// Normal with mean 0 and deviation 1 (Box and Muller 1958).
  static double normal(long seed, long a, long b, long c) {
    double u = Math.max(1e-300, uniform(seed, a, b, c));
    double v = uniform(seed, a ^ 0x5bd1e995L, b, c);
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  }
}
