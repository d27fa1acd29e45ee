package io.lockstep.collector.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.alert.Round;
import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.detect.SubjectKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A collector that restarts at any moment comes to the same incidents as one that never does.
class RestartTest {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration KEEP = Duration.ofSeconds(5);
  private static final int SETTLE_SECONDS = 60;
  private static final List<SubjectKey> PORTS =
      List.of(Faults.port(1), Faults.port(2), Faults.port(3), Faults.port(4));
  private static final Map<String, IncidentKind> DETECTORS =
      Map.of("port-down", IncidentKind.PORT_DOWN, "port-flapping", IncidentKind.PORT_FLAPPING);

  @TempDir Path folder;

  /// What counts of an incident. Not when it was seen, which a restart delays; and not its id,
  /// which comes from the kind that fires first where two faults begin together.
  private record Known(
      IncidentKind kind, SubjectKey subject, long onset, boolean open, int alerts) {
    static List<Known> of(AlertBook book) {
      return book.incidents().stream()
          .map(one ->
              new Known(
                  one.kind(), one.subject(), one.onsetNanos(), one.isOpen(), one.alerts().size()))
          .toList();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void aRestartAtAnyPointGivesTheSameBook(long seed) throws IOException {
    var random = new Random(seed);
    var config = new AlertBook.Config(Duration.ZERO, Duration.ofMinutes(10));
    var steady = new AlertBook(config, List.of());
    State state = State.open(folder.resolve("state.db"));
    var restarted = new AlertBook(config, state.load());
    Map<String, Transition.What> last = new HashMap<>();
    long now = 0;
    for (int phase = 0; phase < 12; phase++) {
      Map<String, Set<SubjectKey>> ill = ill(random);
      long onset = seconds(now);
      for (long end = now + SETTLE_SECONDS + random.nextInt(60); now < end; now++) {
        for (var detector : DETECTORS.entrySet()) {
          Round round = round(random, detector.getValue(), ill, onset);
          apply(steady, detector.getKey(), round, now);
          List<Transition> told = apply(restarted, detector.getKey(), round, now);
          told.forEach(one -> assertOrder(last, one));
          state.save(told);
        }
        if (random.nextInt(25) == 0 && now < end - SETTLE_SECONDS / 2) {
          state.close();
          state = State.open(folder.resolve("state.db"));
          restarted = new AlertBook(config, state.load());
        }
      }
      assertThat(Known.of(restarted)).containsExactlyInAnyOrderElementsOf(Known.of(steady));
      assertThat(restarted.incidents().stream().map(Incident::id)).doesNotHaveDuplicates();
    }
    assertThat(last).hasSizeGreaterThan(5);
    state.close();
  }

  private static Map<String, Set<SubjectKey>> ill(Random random) {
    Map<String, Set<SubjectKey>> ill = new HashMap<>();
    for (var detector : new ArrayList<>(DETECTORS.values())) {
      Set<SubjectKey> ports = new HashSet<>(PORTS);
      ports.removeIf(_ -> random.nextBoolean());
      ill.put(detector.label(), ports);
    }
    return ill;
  }

  private static Round round(
      Random random, IncidentKind kind, Map<String, Set<SubjectKey>> ill, long onset) {
    var round = new Round(Long.MAX_VALUE, Set.of());
    for (SubjectKey port : PORTS) {
      if (random.nextInt(20) == 0) {
        round.cannotTell(port);
      } else if (ill.getOrDefault(kind.label(), Set.of()).contains(port)) {
        round.present(port, Faults.finding(kind, onset));
      } else {
        round.absent(port);
      }
    }
    return round;
  }

  private static List<Transition> apply(AlertBook book, String detector, Round round, long now) {
    return book.apply("c", detector, PATIENCE, KEEP, round, seconds(now));
  }

  private static void assertOrder(Map<String, Transition.What> last, Transition one) {
    Transition.What before = last.put(one.incident().id(), one.what());
    switch (one.what()) {
      case OPENED -> assertThat(before).isNull();
      case REOPENED -> assertThat(before).isEqualTo(Transition.What.RESOLVED);
      case ESCALATED, CHANGED, RESOLVED ->
          assertThat(before).isNotNull().isNotEqualTo(Transition.What.RESOLVED);
    }
  }

  private static long seconds(long seconds) {
    return (1_000_000 + seconds) * 1_000_000_000L;
  }
}
