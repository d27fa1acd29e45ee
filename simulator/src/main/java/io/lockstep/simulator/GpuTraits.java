package io.lockstep.simulator;

/// What makes one GPU differ from the next for good: no two chips leak alike, and air is warmer at
/// the rear. Modelled on the H100 SXM: 700 W, 1,980 MHz.
///
/// @param warmthCelsius above the coolest GPU at the same power
/// @param demandWatts what it would draw at full clock; above the limit it is capped
/// @param swing phase of its slow swing, 0 to 1
record GpuTraits(double warmthCelsius, double demandWatts, double swing) {
  static final double LIMIT_WATTS = 700;
  static final double CLOCK_HERTZ = 1980e6;

  /// Power against clock near the top of the range, where voltage must rise with it.
  private static final double POWER_EXPONENT = 2.5;

  /// Steady node powers in a real GPT-3 run on 64 servers differ by 4 % (MLPerf Training v4.0,
  /// 64xSMC-H100: medians 6.84 to 7.12 kW).
  private static final double DEMAND_WATTS = 655;

  private static final double DEMAND_SPREAD = 0.03;

  static GpuTraits of(int index, Chance chance) {
    double warmth = index * 0.6 + 1.5 * Math.abs(chance.gauss(0));
    double demand = DEMAND_WATTS * (1 + DEMAND_SPREAD * Math.clamp(chance.gauss(1), -3, 3));
    return new GpuTraits(warmth, demand, chance.uniform(2));
  }

  boolean powerCapped() {
    return demandWatts > LIMIT_WATTS;
  }

  /// The clock that the power limit leaves, as a share of the highest: 0.97 to 1.
  double clockShare() {
    return powerCapped() ? StrictMath.pow(LIMIT_WATTS / demandWatts, 1 / POWER_EXPONENT) : 1;
  }

  /// Power at work under that clock, watts.
  double workWatts() {
    return Math.min(LIMIT_WATTS, demandWatts);
  }

  /// How many times as long its own work takes as at the highest clock.
  double slowdown() {
    return 1 / clockShare();
  }
}
