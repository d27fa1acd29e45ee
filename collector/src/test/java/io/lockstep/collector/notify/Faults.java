package io.lockstep.collector.notify;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.alert.Round;
import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.Finding.Action;
import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.detect.SubjectKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/// Faults of ports that fire at once, through a real alert book.
final class Faults {
  private final AlertBook book = new AlertBook(AlertBook.Config.DEFAULT, List.of());

  static SubjectKey port(long number) {
    return new SubjectKey("c", "node-" + number, "mlx5_0/1");
  }

  List<Transition> present(long number, Severity severity, long now) {
    var evidence = new LinkedHashMap<String, Double>();
    evidence.put("slower_ratio", 1.25);
    evidence.put("unknown", Double.NaN);
    var round = new Round(Long.MAX_VALUE, Set.of());
    round.present(
        port(number),
        new Finding(
            IncidentKind.PORT_DOWN, 7, severity, Action.WATCH, "naïve \"⚠\" port\n2", evidence));
    return book.apply("c", "port-down", Duration.ZERO, Duration.ZERO, round, now);
  }

  List<Transition> absent(long number, long now) {
    var round = new Round(Long.MAX_VALUE, Set.of());
    round.absent(port(number));
    return book.apply("c", "port-down", Duration.ZERO, Duration.ZERO, round, now);
  }
}
