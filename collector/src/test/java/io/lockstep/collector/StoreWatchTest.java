package io.lockstep.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.store.Room;
import io.lockstep.collector.store.ServerState;
import io.lockstep.collector.store.ServerState.Phase;
import io.lockstep.collector.store.StoreCondition;
import io.lockstep.collector.store.StoreState;
import io.lockstep.telemetry.contract.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The store as an incident.
class StoreWatchTest {
  private static final Room ROOM = new Room(50L << 30, 4L << 30, false, false, 0);
  private static final Room FULL = new Room(1 << 20, 4L << 30, true, true, 0);
  private static final Room LOW = new Room(1L << 30, 4L << 30, false, true, 9);
  private static final StoreState WELL = state(Phase.READY, "", Map.of(), ROOM);

  private final AlertBook book = new AlertBook(AlertBook.Config.DEFAULT, List.of(), List.of());
  private final StoreWatch watch = new StoreWatch("c");
  private long second = 1_000_000;

  private static StoreState state(
      Phase phase, String reason, Map<Table, String> suspended, Room room) {
    var server = new ServerState(phase, Instant.EPOCH, reason, 1, suspended, 0, room);
    var tables = new TreeMap<String, String>();
    suspended.forEach((table, why) -> tables.put(table.tableName(), why));
    return new StoreState(
        "questdb", "", true, Instant.EPOCH, reason, 7, 64, 0, 0, 0, 0, 0, tables, server);
  }

  /// So many seconds in this state.
  private List<Transition> pass(StoreState state, int seconds) {
    var transitions = new ArrayList<Transition>();
    for (int i = 0; i < seconds; i++) {
      transitions.addAll(watch.round(book, state, ++second * 1_000_000_000L));
    }
    return transitions;
  }

  private Incident only() {
    assertThat(book.incidents()).hasSize(1);
    return book.incidents().getFirst();
  }

  @Test
  void aStoreThatIsDownIsToldOnceAndIsOverWhenItTakesRowsAgain() {
    assertThat(pass(WELL, 5)).isEmpty();
    var dead = state(Phase.DOWN, "it died, signal 9", Map.of(), ROOM);
    assertThat(pass(dead, 10)).as("it may be there again at once").isEmpty();
    assertThat(pass(dead, 10)).extracting(Transition::what).containsExactly(Transition.What.OPENED);
    assertThat(only().told())
        .isEqualTo(
            "The store has died and is started again: it died, signal 9. What comes waits in the"
                + " journal, and on the servers when that is full.");
    assertThat(only().severity()).isEqualTo(Finding.Severity.WARNING);
    assertThat(pass(WELL, 15))
        .extracting(Transition::what)
        .containsExactly(Transition.What.RESOLVED);
  }

  @Test
  void aKillThatIsOverWithinSecondsCallsNobody() {
    pass(WELL, 5);
    pass(state(Phase.DOWN, "it died, signal 9", Map.of(), ROOM), 8);
    assertThat(pass(WELL, 60)).isEmpty();
  }

  @Test
  void fromOneTroubleToTheNextItIsOneIncidentThatGetsGraver() {
    pass(state(Phase.HUNG, "it answers nothing", Map.of(), ROOM), 20);
    assertThat(only().severity()).isEqualTo(Finding.Severity.WARNING);
    assertThat(pass(state(Phase.DOWN, "no space", Map.of(), FULL), 5))
        .extracting(Transition::what)
        .containsExactly(Transition.What.ESCALATED);
    assertThat(only().severity()).isEqualTo(Finding.Severity.CRITICAL);
    assertThat(only().told()).contains("has no room: no space");
  }

  @Test
  void whatDoesNotEndIsCriticalAfterTenMinutes() {
    var suspended = state(Phase.READY, "suspended tables", Map.of(Table.GPU, "rolled back"), ROOM);
    assertThat(suspended.condition()).isEqualTo(StoreCondition.SUSPENDED);
    assertThat(pass(suspended, 599)).hasSize(1);
    assertThat(pass(suspended, 10))
        .extracting(Transition::what)
        .containsExactly(Transition.What.ESCALATED);
  }

  @Test
  void aStartIsNoTroubleUnlessItLasts() {
    var starting = state(Phase.STARTING, "it is starting", Map.of(), ROOM);
    assertThat(pass(starting, 100)).isEmpty();
    assertThat(pass(starting, 60)).hasSize(1);
    assertThat(only().told()).contains("does not come up");
  }

  @Test
  void littleRoomWithNothingLeftToGiveUpIsAWarningOfAStoreThatIsReady() {
    var low = state(Phase.READY, "", Map.of(), LOW);
    assertThat(low.condition()).isEqualTo(StoreCondition.DISK_LOW);
    assertThat(low.ready()).isTrue();
    assertThat(pass(low, 700)).hasSize(1);
    assertThat(only().severity()).isEqualTo(Finding.Severity.WARNING);
    assertThat(only().told()).contains("nearly full");
  }

  @Test
  void missingFilesAreDamage() {
    var damaged =
        state(
            Phase.READY,
            "",
            Map.of(Table.GPU, "could not open, file does not exist: db/gpu~1/x.d"),
            ROOM);
    assertThat(damaged.condition()).isEqualTo(StoreCondition.DAMAGED);
    assertThat(damaged.ready()).isFalse();
  }
}
