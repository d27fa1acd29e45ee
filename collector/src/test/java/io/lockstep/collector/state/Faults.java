package io.lockstep.collector.state;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.alert.Round;
import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.detect.SubjectKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/// Findings for tests, and rounds that fire at once.
final class Faults {
  private Faults() {}

  static SubjectKey port(long number) {
    return new SubjectKey("c", "node-" + number, "mlx5_0/1");
  }

  static Finding finding(IncidentKind kind, long onset) {
    var evidence = new LinkedHashMap<String, Double>();
    evidence.put("slower_ratio", 1.25);
    evidence.put("another", 0.1 + 0.2);
    return new Finding(
        kind,
        onset,
        Finding.Severity.CRITICAL,
        Finding.Action.EVACUATE,
        "naïve ⚠ 'slow'",
        evidence);
  }

  /// A round in which all the subjects have the fault, and fire.
  static List<Transition> all(AlertBook book, long now, SubjectKey... subjects) {
    var round = new Round(Long.MAX_VALUE, Set.of());
    for (SubjectKey subject : subjects) {
      round.present(subject, finding(IncidentKind.PORT_DOWN, now));
    }
    return book.apply("c", "port-down", Duration.ZERO, Duration.ZERO, round, now);
  }

  /// A round in which none of the subjects has it.
  static List<Transition> none(AlertBook book, long now, SubjectKey... subjects) {
    var round = new Round(Long.MAX_VALUE, Set.of());
    for (SubjectKey subject : subjects) {
      round.absent(subject);
    }
    return book.apply("c", "port-down", Duration.ZERO, Duration.ZERO, round, now);
  }
}
