package io.lockstep.agent.doctor;

/// What was found of one source.
///
/// @param source what was looked at: `gpu`, `infiniband`, `kernel log`
/// @param verdict how it is
/// @param finding what was found, in one line
/// @param mend what to do; empty when there is nothing to do
public record Diagnosis(String source, Verdict verdict, String finding, String mend) {
  /// How a source is.
  public enum Verdict {
    /// It can be read.
    GOOD,
    /// It is not there, and need not be.
    ABSENT,
    /// It can be read, and something about it should be mended.
    WARNING,
    /// It can't be read, though it is there or must be.
    BAD
  }

  static Diagnosis good(String source, String finding) {
    return new Diagnosis(source, Verdict.GOOD, finding, "");
  }

  static Diagnosis absent(String source, String finding) {
    return new Diagnosis(source, Verdict.ABSENT, finding, "");
  }

  static Diagnosis warning(String source, String finding, String mend) {
    return new Diagnosis(source, Verdict.WARNING, finding, mend);
  }

  static Diagnosis bad(String source, String finding, String mend) {
    return new Diagnosis(source, Verdict.BAD, finding, mend);
  }
}
