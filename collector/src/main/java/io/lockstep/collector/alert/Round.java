package io.lockstep.collector.alert;

import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.SubjectKey;
import io.lockstep.collector.detect.Verdicts;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/// One detector's verdicts of one round. A subject that it does not name it could not tell of.
public final class Round implements Verdicts {
  private final long edgeNanos;
  private final Set<SubjectKey> open;
  private final Map<SubjectKey, Finding> present = new LinkedHashMap<>();
  private final Set<SubjectKey> absent = new LinkedHashSet<>();

  /// @param edgeNanos end of the data that it rests on, Unix nanoseconds
  /// @param open the subjects of which the detector's alert stands
  public Round(long edgeNanos, Set<SubjectKey> open) {
    this.edgeNanos = edgeNanos;
    this.open = Set.copyOf(open);
  }

  @Override
  public Set<SubjectKey> open() {
    return open;
  }

  @Override
  public void present(SubjectKey subject, Finding finding) {
    present.put(subject, finding);
  }

  @Override
  public void absent(SubjectKey subject) {
    absent.add(subject);
  }

  @Override
  public void cannotTell(SubjectKey subject) {
    // Saying nothing means the same.
  }

  /// Puts another finding in each one's place.
  public void replace(BiFunction<SubjectKey, Finding, Finding> other) {
    present.replaceAll(other);
  }

  /// The subjects with the fault, in the order of telling.
  public Map<SubjectKey, Finding> present() {
    return Collections.unmodifiableMap(present);
  }

  /// Whether the data reach beyond a time: what began later they can't speak of.
  boolean reaches(long timeNanos) {
    return edgeNanos > timeNanos;
  }

  boolean isAbsent(SubjectKey subject) {
    return absent.contains(subject) && !present.containsKey(subject);
  }
}
