package io.lockstep.simulator;

/// How one value of a healthy server goes on from second to second. Cheap, because a load generator
/// must cost less than what it loads.
///
/// @param start where it begins; of a rising one the seconds since it was 0
/// @param perSecond by how much it rises; 0 for what does not
/// @param spread how far it strays: of a rising one a share of the rise, else in its own unit
/// @param inertia share of the straying that stays until the next second, 0 to 1
/// @param grain what the source rounds to; 0 for nothing
/// @param chance of rising by one in a second; 0 for none
record Movement(
    double start, double perSecond, double spread, double inertia, double grain, double chance) {

  /// Stays where it is.
  static Movement still(double value) {
    return new Movement(value, 0, 0, 0, 0, 0);
  }

  /// Goes to and fro around a value.
  static Movement wavering(double around, double spread, double grain) {
    return new Movement(around, 0, spread, 0.8, grain, 0);
  }

  /// A counter of what goes on all the time; it has for up to 30 days.
  static Movement rising(double perSecond, double spread) {
    return new Movement(0, perSecond, spread, 0, 0, 0);
  }

  /// A counter of what happens now and then.
  static Movement seldom(double chance) {
    return new Movement(0, 0, 0, 0, 0, chance);
  }

  /// Where it is at first.
  ///
  /// @param random 64 random bits
  double first(long random) {
    double share = uniform(random);
    if (perSecond > 0) {
      return Math.rint(perSecond * 30 * 86_400 * share);
    }
    return chance > 0 ? Math.rint(chance * 86_400 * share) : start;
  }

  /// Whether it ever changes.
  boolean moves() {
    return perSecond > 0 || spread > 0 || chance > 0;
  }

  /// Where it is a second later.
  ///
  /// @param now where it is
  /// @param random 64 random bits
  double next(double now, long random) {
    double noise = 2 * uniform(random) - 1;
    if (perSecond > 0) {
      return now + perSecond * (1 + spread * noise);
    }
    if (chance > 0) {
      return uniform(random) < chance ? now + 1 : now;
    }
    return spread == 0 ? now : start + inertia * (now - start) + (1 - inertia) * spread * noise;
  }

  /// What is shown of it.
  double shown(double now) {
    return grain == 0 ? now : Math.rint(now / grain) * grain;
  }

  private static double uniform(long random) {
    return (random >>> 11) * 0x1p-53;
  }
}
