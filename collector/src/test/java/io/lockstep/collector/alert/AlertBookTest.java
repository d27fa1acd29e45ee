package io.lockstep.collector.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.alert.Transition.What;
import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.detect.JobUse;
import io.lockstep.collector.detect.SubjectKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlertBookTest {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration KEEP = Duration.ofSeconds(5);
  private static final SubjectKey PORT = new SubjectKey("c", "node-1", "mlx5_0/1");
  private static final SubjectKey OTHER = new SubjectKey("c", "node-2", "mlx5_0/1");

  private final AlertBook book = new AlertBook(AlertBook.Config.DEFAULT, List.of());

  @Test
  void firesAfterPatienceAndResolvesAfterKeep() {
    assertThat(present("port-down", PORT, 100)).isEmpty();
    assertThat(present("port-down", PORT, 102)).isEmpty();
    assertThat(present("port-down", PORT, 103))
        .singleElement()
        .satisfies(opened -> {
          assertThat(opened.what()).isEqualTo(What.OPENED);
          assertThat(opened.incident().onsetNanos()).isEqualTo(seconds(7));
          assertThat(opened.incident().isOpen()).isTrue();
        });
    assertThat(absent("port-down", PORT, 104)).isEmpty();
    assertThat(absent("port-down", PORT, 108)).isEmpty();
    assertThat(absent("port-down", PORT, 109))
        .singleElement()
        .satisfies(over -> assertThat(over.what()).isEqualTo(What.RESOLVED));
    assertThat(book.incidents()).singleElement().satisfies(i -> assertThat(i.isOpen()).isFalse());
  }

  @Test
  void whatItsAgentDropsIsResolvedUnlessItBeganLater() {
    present("gpu-missing", PORT, 100);
    present("gpu-missing", PORT, 103);
    assertThat(book.dropped("gpu-missing", PORT, seconds(1), seconds(110))).isEmpty();
    assertThat(book.dropped("gpu-lost", PORT, seconds(109), seconds(110))).isEmpty();
    assertThat(book.dropped("gpu-missing", OTHER, seconds(109), seconds(110))).isEmpty();
    assertThat(book.dropped("gpu-missing", PORT, seconds(109), seconds(110)))
        .singleElement()
        .satisfies(over -> assertThat(over.what()).isEqualTo(What.RESOLVED));
    assertThat(book.incidents()).singleElement().satisfies(i -> assertThat(i.isOpen()).isFalse());
  }

  @Test
  void aShortFaultNeverFires() {
    present("port-down", PORT, 100);
    absent("port-down", PORT, 101);
    present("port-down", PORT, 102);
    assertThat(present("port-down", PORT, 104)).isEmpty();
    assertThat(book.incidents()).isEmpty();
  }

  @Test
  void untilItFiresTheEarliestBeginThatIsKnownIsTheOnset() {
    Finding event = finding("port-down", 3);
    book.happened("port-down", PATIENCE, PORT, event, seconds(100));
    apply("port-down", present(PORT, finding("port-down", 99)), 101);
    List<Transition> opened = apply("port-down", present(PORT, finding("port-down", 99)), 103);
    assertThat(opened)
        .singleElement()
        .satisfies(one -> assertThat(one.incident().onsetNanos()).isEqualTo(seconds(3)));
  }

  @Test
  void anIncidentThatStandsKeepsItsIdWhateverIsLearntOfItsBegin() {
    fire("port-down", PORT, 100);
    Incident stood = book.incidents().getFirst();
    var back = new AlertBook(AlertBook.Config.DEFAULT, book.incidents());
    Finding older = finding("port-down", 1);
    assertThat(back.apply("c", "port-down", PATIENCE, KEEP, present(PORT, older), seconds(900)))
        .isEmpty();
    assertThat(back.incidents())
        .singleElement()
        .satisfies(incident -> {
          assertThat(incident.id()).isEqualTo(stood.id());
          assertThat(incident.onsetNanos()).isEqualTo(stood.onsetNanos());
        });
  }

  @Test
  void anAlertThatComesLaterWithoutTheJobDoesNotHideIt() {
    var job = new JobUse("slurm", "4711", "0", List.of(9), 64);
    Finding down = finding("port-down", 7).touching(List.of(job));
    apply("port-down", present(PORT, down), 100);
    apply("port-down", present(PORT, down), 103);
    fire("port-flapping", PORT, 110);
    Incident incident = book.incidents().getFirst();
    assertThat(incident.lead().detector()).isEqualTo("port-flapping");
    assertThat(incident.told()).contains("Slurm job 4711 (rank 9 of 64)");
  }

  @Test
  void notKnowingClearsNothingAndDoesNotCountTowardsPatience() {
    present("port-down", PORT, 100);
    for (long at = 101; at < 200; at++) {
      assertThat(unclear("port-down", at)).isEmpty();
    }
    assertThat(present("port-down", PORT, 200)).isEmpty();
    assertThat(present("port-down", PORT, 203)).hasSize(1);
    for (long at = 204; at < 2_000; at++) {
      assertThat(unclear("port-down", at)).isEmpty();
    }
    assertThat(book.incidents()).singleElement().satisfies(i -> assertThat(i.isOpen()).isTrue());
  }

  @Test
  void notKnowingStartsTheCountdownToResolvingAnew() {
    fire("port-down", PORT, 100);
    absent("port-down", PORT, 104);
    unclear("port-down", 108);
    assertThat(absent("port-down", PORT, 109)).isEmpty();
    assertThat(absent("port-down", PORT, 114)).hasSize(1);
  }

  @Test
  void theHigherKindTakesOverTheIncidentAndKeepsItsId() {
    fire("port-down", PORT, 100);
    String id = book.incidents().getFirst().id();
    List<Transition> changed = fire("port-flapping", PORT, 110);
    assertThat(changed.getLast().what()).isEqualTo(What.ESCALATED);
    assertThat(book.incidents())
        .singleElement()
        .satisfies(incident -> {
          assertThat(incident.id()).isEqualTo(id);
          assertThat(incident.kind()).isEqualTo(IncidentKind.PORT_FLAPPING);
          assertThat(incident.alerts()).hasSize(2);
          assertThat(incident.lead().detector()).isEqualTo("port-flapping");
        });
  }

  @Test
  void aGraverFindingEscalatesOnceAndWhatRoseDoesNotFallWhileItIsOpen() {
    fire("port-down", PORT, 100);
    assertThat(level(Finding.Severity.CRITICAL, Finding.Action.WATCH, 110))
        .singleElement()
        .satisfies(one -> {
          assertThat(one.what()).isEqualTo(What.ESCALATED);
          assertThat(one.incident().severity()).isEqualTo(Finding.Severity.CRITICAL);
        });
    assertThat(level(Finding.Severity.WARNING, Finding.Action.WATCH, 111)).isEmpty();
    assertThat(level(Finding.Severity.CRITICAL, Finding.Action.WATCH, 112)).isEmpty();
    assertThat(level(Finding.Severity.INFO, Finding.Action.EVACUATE, 113))
        .singleElement()
        .satisfies(one -> assertThat(one.what()).isEqualTo(What.ESCALATED));
    assertThat(book.incidents())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.severity()).isEqualTo(Finding.Severity.CRITICAL);
          assertThat(one.action()).isEqualTo(Finding.Action.EVACUATE);
        });
  }

  @Test
  void anIncidentThatIsOpenedAgainIsAsGraveAsWhatOpenedIt() {
    fire("port-down", PORT, 100);
    level(Finding.Severity.CRITICAL, Finding.Action.EVACUATE, 110);
    absent("port-down", PORT, 120);
    absent("port-down", PORT, 125);
    assertThat(fire("port-down", PORT, 130).getLast())
        .satisfies(again -> {
          assertThat(again.what()).isEqualTo(What.REOPENED);
          assertThat(again.incident().severity()).isEqualTo(Finding.Severity.WARNING);
          assertThat(again.incident().action()).isEqualTo(Finding.Action.WATCH);
        });
  }

  private List<Transition> level(Finding.Severity severity, Finding.Action action, long at) {
    Finding plain = finding("port-down", 7);
    var finding =
        new Finding(
            plain.kind(), plain.onsetNanos(), severity, action, plain.summary(), plain.evidence());
    return apply("port-down", present(PORT, finding), at);
  }

  @Test
  void anIncidentIsOverOnlyWhenAllItsAlertsAre() {
    fire("port-down", PORT, 100);
    fire("port-flapping", PORT, 100);
    absent("port-down", PORT, 110);
    assertThat(absent("port-down", PORT, 115))
        .singleElement()
        .satisfies(one -> {
          assertThat(one.what()).isEqualTo(What.CHANGED);
          assertThat(one.incident().isOpen()).isTrue();
        });
    absent("port-flapping", PORT, 116);
    assertThat(absent("port-flapping", PORT, 121).getFirst().what()).isEqualTo(What.RESOLVED);
  }

  @Test
  void aFaultThatComesBackSoonOpensTheSameIncidentAgainAndLaterANewOne() {
    fire("port-down", PORT, 100);
    String id = book.incidents().getFirst().id();
    absent("port-down", PORT, 110);
    absent("port-down", PORT, 115);
    assertThat(fire("port-down", PORT, 200).getLast().what()).isEqualTo(What.REOPENED);
    assertThat(book.incidents()).singleElement().satisfies(i -> assertThat(i.id()).isEqualTo(id));
    absent("port-down", PORT, 210);
    absent("port-down", PORT, 215);
    assertThat(fire("port-down", PORT, 10_000, 9_990).getLast().what()).isEqualTo(What.OPENED);
    assertThat(book.incidents()).hasSize(2);
  }

  @Test
  void aFaultOfTheSameOnsetIsTheSameIncidentHoweverLateItComesBack() {
    fire("port-down", PORT, 100);
    String id = book.incidents().getFirst().id();
    absent("port-down", PORT, 110);
    absent("port-down", PORT, 115);
    assertThat(fire("port-down", PORT, 10_000).getLast().what()).isEqualTo(What.REOPENED);
    assertThat(book.incidents()).singleElement().satisfies(i -> assertThat(i.id()).isEqualTo(id));
  }

  @Test
  void forgetsWhatHasNotFiredWhenNobodyCanTellForLong() {
    present("port-down", PORT, 100);
    unclear("port-down", 101);
    for (long at = 102; at < 1_000; at++) {
      unclear("port-down", at);
    }
    assertThat(present("port-down", PORT, 1_000)).isEmpty();
    assertThat(present("port-down", PORT, 1_002)).isEmpty();
    assertThat(present("port-down", PORT, 1_003)).hasSize(1);
  }

  @Test
  void anEventFiresAtOnceAndDataFromBeforeItSayNothing() {
    assertThat(happened("gpu-lost", Duration.ZERO, 100))
        .singleElement()
        .satisfies(one -> assertThat(one.what()).isEqualTo(What.OPENED));
    for (long at = 101; at < 120; at++) {
      assertThat(apply("gpu-lost", absent(PORT, 100), at)).isEmpty();
    }
    assertThat(apply("gpu-lost", absent(PORT, 101), 120)).isEmpty();
    assertThat(apply("gpu-lost", absent(PORT, 106), 125).getFirst().what())
        .isEqualTo(What.RESOLVED);
  }

  @Test
  void patienceCountsFromTheEventOn() {
    assertThat(happened("port-down", PATIENCE, 100)).isEmpty();
    assertThat(apply("port-down", absent(PORT, 99), 102)).isEmpty();
    assertThat(present("port-down", PORT, 103)).hasSize(1);
  }

  @Test
  void whatIsOverBeforeItFiredIsNoFault() {
    happened("port-down", PATIENCE, 100);
    book.over("port-down", PORT);
    assertThat(present("port-down", PORT, 104)).isEmpty();
    assertThat(present("port-down", PORT, 107)).hasSize(1);
    book.over("port-down", PORT);
    assertThat(book.incidents().getFirst().isOpen()).isTrue();
  }

  @Test
  void ofTwoEventsTheGraverStays() {
    happened("gpu-xid", Duration.ZERO, finding(Finding.Action.EVACUATE, 100), 100);
    happened("gpu-xid", Duration.ZERO, finding(Finding.Action.WATCH, 101), 101);
    assertThat(book.incidents().getFirst().lead().finding().action())
        .isEqualTo(Finding.Action.EVACUATE);
    assertThat(book.incidents().getFirst().lead().presentNanos()).isEqualTo(seconds(101));
  }

  @Test
  void whatAnEventBeganOutlivesARestartUntilItFiresOrIsOver() {
    happened("port-down", PATIENCE, 100);
    present("port-flapping", OTHER, 100);
    assertThat(book.waiting()).extracting(Waiting::subject).containsExactly(PORT);
    var again = new AlertBook(AlertBook.Config.DEFAULT, book.incidents(), book.waiting());
    assertThat(again.subjects("c", "port-down")).containsExactly(PORT);
    var round = present(PORT, finding("port-down", 100));
    assertThat(again.apply("c", "port-down", PATIENCE, KEEP, round, seconds(104))).hasSize(1);
    assertThat(again.waiting()).isEmpty();
    book.over("port-down", PORT);
    assertThat(book.waiting()).isEmpty();
  }

  @Test
  void aLesserFaultThatAnIncidentDidNotHaveDoesNotOpenItAgain() {
    fire("port-flapping", PORT, 100);
    absent("port-flapping", PORT, 110);
    assertThat(absent("port-flapping", PORT, 200))
        .extracting(Transition::what)
        .containsExactly(Transition.What.RESOLVED);
    assertThat(fire("port-down", PORT, 210))
        .extracting(Transition::what)
        .containsExactly(Transition.What.OPENED);
    assertThat(book.incidents()).hasSize(2);
  }

  @Test
  void saysOfWhichSubjectsAnAlertStands() {
    fire("port-down", PORT, 100);
    present("port-down", OTHER, 104);
    assertThat(book.subjects("c", "port-down")).containsExactlyInAnyOrder(PORT, OTHER);
    assertThat(book.subjects("c", "port-flapping")).isEmpty();
    assertThat(book.subjects("other", "port-down")).isEmpty();
  }

  @Test
  void aRoundOfAnotherClusterSaysNothingOfThisOne() {
    fire("port-down", PORT, 100);
    absent("port-down", PORT, 110);
    assertThat(
            book.apply(
                "other",
                "port-down",
                PATIENCE,
                KEEP,
                new Round(Long.MAX_VALUE, Set.of()),
                seconds(112)))
        .isEmpty();
    assertThat(absent("port-down", PORT, 115).getFirst().what()).isEqualTo(What.RESOLVED);
  }

  @Test
  void keepsAThousandResolvedIncidents() {
    for (long i = 0; i < 1_100; i++) {
      var port = new SubjectKey("c", "node-" + i, "mlx5_0/1");
      fire("port-down", port, 10 * i);
      absent("port-down", port, 10 * i + 4);
      absent("port-down", port, 10 * i + 9);
    }
    assertThat(book.incidents()).hasSize(1_000);
    assertThat(book.incidents().getFirst().subject().host()).isEqualTo("node-100");
  }

  @Test
  void subjectsDoNotDisturbEachOther() {
    fire("port-down", PORT, 100);
    fire("port-down", OTHER, 110);
    assertThat(book.incidents()).hasSize(2);
    assertThat(book.incidents().stream().map(Incident::id)).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void neverResolvesWhatDidNotFireAndARestartChangesNothing(long seed) {
    var random = new Random(seed);
    var subjects = List.of(PORT, OTHER, new SubjectKey("c", "node-3", "host"));
    var detectors = List.of("port-down", "port-flapping");
    AlertBook steady = new AlertBook(AlertBook.Config.DEFAULT, List.of());
    Map<String, What> last = new HashMap<>();
    Set<SubjectKey> evil = new HashSet<>();
    for (long at = 0; at < 3_000; at++) {
      if (random.nextInt(20) == 0) {
        SubjectKey subject = subjects.get(random.nextInt(subjects.size()));
        if (!evil.remove(subject)) {
          evil.add(subject);
        }
      }
      if (random.nextInt(50) == 0) {
        List<Incident> before = steady.incidents();
        steady = new AlertBook(AlertBook.Config.DEFAULT, before);
        assertThat(steady.incidents()).isEqualTo(before);
      }
      for (String detector : detectors) {
        var round = new Round(Long.MAX_VALUE, Set.of());
        for (SubjectKey subject : subjects) {
          if (random.nextInt(10) == 0) {
            round.cannotTell(subject);
          } else if (evil.contains(subject)) {
            round.present(subject, finding(detector, at));
          } else {
            round.absent(subject);
          }
        }
        for (Transition t : steady.apply("c", detector, PATIENCE, KEEP, round, seconds(at))) {
          What before = last.put(t.incident().id(), t.what());
          switch (t.what()) {
            case OPENED -> assertThat(before).isNull();
            case REOPENED -> assertThat(before).isEqualTo(What.RESOLVED);
            case ESCALATED, CHANGED, RESOLVED ->
                assertThat(before).isNotNull().isNotEqualTo(What.RESOLVED);
          }
        }
      }
      var open =
          steady.incidents().stream().filter(Incident::isOpen).map(Incident::subject).toList();
      assertThat(open).doesNotHaveDuplicates();
    }
    assertThat(last).isNotEmpty();
  }

  private List<Transition> happened(String detector, Duration patience, long at) {
    return happened(detector, patience, finding(detector, at), at);
  }

  private List<Transition> happened(String detector, Duration patience, Finding finding, long at) {
    return book.happened(detector, patience, PORT, finding, seconds(at));
  }

  private static Finding finding(Finding.Action action, long at) {
    return new Finding(
        IncidentKind.GPU_FAILING,
        seconds(at),
        Finding.Severity.WARNING,
        action,
        "XID",
        new LinkedHashMap<>());
  }

  /// @param edge until when the data reach, seconds
  private static Round absent(SubjectKey subject, long edge) {
    var round = new Round(seconds(edge), Set.of(subject));
    round.absent(subject);
    return round;
  }

  private List<Transition> fire(String detector, SubjectKey subject, long at) {
    return fire(detector, subject, at, 7);
  }

  private List<Transition> fire(String detector, SubjectKey subject, long at, long onset) {
    var all = new ArrayList<Transition>();
    for (long now = at; now <= at + PATIENCE.toSeconds(); now++) {
      all.addAll(apply(detector, present(subject, finding(detector, onset)), now));
    }
    return all;
  }

  private List<Transition> present(String detector, SubjectKey subject, long at) {
    return apply(detector, present(subject, finding(detector, 7)), at);
  }

  private static Round present(SubjectKey subject, Finding finding) {
    var round = new Round(Long.MAX_VALUE, Set.of());
    round.present(subject, finding);
    return round;
  }

  private List<Transition> absent(String detector, SubjectKey subject, long at) {
    var round = new Round(Long.MAX_VALUE, Set.of());
    round.absent(subject);
    return apply(detector, round, at);
  }

  private List<Transition> unclear(String detector, long at) {
    return apply(detector, new Round(Long.MAX_VALUE, Set.of()), at);
  }

  private List<Transition> apply(String detector, Round round, long at) {
    return book.apply("c", detector, PATIENCE, KEEP, round, seconds(at));
  }

  private static Finding finding(String detector, long onsetSeconds) {
    var kind =
        detector.equals("port-flapping") ? IncidentKind.PORT_FLAPPING : IncidentKind.PORT_DOWN;
    var evidence = new LinkedHashMap<String, Double>();
    evidence.put("state", 1.0);
    return new Finding(
        kind,
        seconds(onsetSeconds),
        Finding.Severity.WARNING,
        Finding.Action.WATCH,
        "the port is ill",
        evidence);
  }

  private static long seconds(long seconds) {
    return seconds * 1_000_000_000L;
  }
}
