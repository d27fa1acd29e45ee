package io.lockstep.simulator;

/// Steps of one length with noise and pauses as [Pauses] describes them.
///
/// @param seconds the median step
/// @param noise scatter of the whole step: median absolute deviation over the median, beside what
///   single ranks add
record UsualSteps(double seconds, double noise, Pauses pauses, Chance chance) implements StepTimes {
  /// Of a normal distribution, the median absolute deviation is this part of the standard
  /// deviation.
  static final double MAD_OF_NORMAL = 0.6745;

  @Override
  public Plan plan(long iteration) {
    double work = seconds * (1 + noise / MAD_OF_NORMAL * chance.of("noise").gauss(iteration));
    boolean evaluates = pauses.evaluates(iteration);
    boolean saves = pauses.saves(iteration);
    double pause = (factor(iteration) - 1) * seconds;
    boolean loading = iteration >= pauses.warmUp().size() && chance.of("kind").bits(iteration) < 0;
    return new Plan(
        work,
        loading ? 0 : pause,
        loading ? pause : 0,
        evaluates ? pauses.evaluationMedians() * seconds : 0,
        saves ? pauses.checkpointMedians() * seconds : 0);
  }

  private double factor(long iteration) {
    if (iteration < pauses.warmUp().size()) {
      return pauses.warmUp().get((int) iteration);
    }
    Chance hiccup = chance.of("hiccup");
    return hiccup.uniform(iteration) < pauses.hiccups()
        ? Pauses.hiccup(1 - hiccup.of("length").uniform(iteration))
        : 1;
  }
}
