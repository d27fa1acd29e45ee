package io.lockstep.collector.detect;

import java.util.Collection;

/// Where a detector puts its verdicts of one round. Of a subject on which it says nothing it could
/// not tell.
public interface Verdicts {
  /// The subjects of which this detector's alert stands, fired or not.
  Collection<SubjectKey> open();

  /// The fault is there.
  void present(SubjectKey subject, Finding finding);

  /// The fault is not there: the data were good enough to see it. Only this can clear an alert.
  void absent(SubjectKey subject);

  /// The data do not say.
  void cannotTell(SubjectKey subject);
}
