package io.lockstep.collector;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.alert.Round;
import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.Finding.Action;
import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.detect.SubjectKey;
import io.lockstep.collector.store.Room;
import io.lockstep.collector.store.ServerState;
import io.lockstep.collector.store.StoreCondition;
import io.lockstep.collector.store.StoreState;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// The store under watch: that it takes nothing is an incident like any other, told to the same
/// people. No detector: what it goes by is not in the window. One thread.
final class StoreWatch {
  /// Of the alert and its runbook.
  static final String NAME = "store-failing";

  /// The subject, of no host.
  static final String SUBJECT = "store";

  /// A process that has ended is there again sooner, most times.
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final Duration KEEP = Duration.ofSeconds(10);

  /// Large tables take their time when they are opened after a crash.
  private static final Duration STARTS = Duration.ofMinutes(2);

  /// What the journal and the agents' spools keep they keep for hours, not for ever.
  private static final Duration GRAVE = Duration.ofMinutes(10);

  private final SubjectKey subject;
  private StoreCondition condition = StoreCondition.STARTING;
  private long since;

  /// Since when it has not been well; 0 while it is.
  private long unwell;

  StoreWatch(String cluster) {
    this.subject = new SubjectKey(cluster, "", SUBJECT);
  }

  /// Judges how the store is.
  ///
  /// @param now Unix nanoseconds
  List<Transition> round(AlertBook book, StoreState state, long now) {
    notice(state.condition(), now);
    var round = new Round(now, book.subjects(subject.cluster(), NAME));
    switch (condition) {
      case READY -> round.absent(subject);
      case STOPPED -> round.cannotTell(subject);
      case STARTING -> {
        if (now - since > STARTS.toNanos()) {
          round.present(subject, finding(state, now));
        } else {
          round.cannotTell(subject);
        }
      }
      case DISK_LOW, DOWN, HUNG, SUSPENDED, DISK_FULL, DAMAGED, UNREACHABLE ->
          round.present(subject, finding(state, now));
    }
    return book.apply(subject.cluster(), NAME, PATIENCE, KEEP, round, now);
  }

  private void notice(StoreCondition next, long now) {
    if (next != condition || since == 0) {
      condition = next;
      since = now;
    }
    unwell = next == StoreCondition.READY ? 0 : unwell == 0 ? now : unwell;
  }

  private Finding finding(StoreState state, long now) {
    boolean takes = condition == StoreCondition.DISK_LOW;
    boolean grave =
        !takes
            && (now - unwell > GRAVE.toNanos()
                || condition == StoreCondition.DAMAGED
                || condition == StoreCondition.DISK_FULL);
    return new Finding(
        IncidentKind.STORE_FAILING,
        unwell,
        grave ? Severity.CRITICAL : Severity.WARNING,
        Action.WATCH,
        takes
            ? "The store's disk is nearly full, and only the newest hour is left in it."
            : "The store "
                + words()
                + (state.reason().isEmpty() ? "" : ": " + state.reason())
                + ". What comes waits in the journal, and on the servers when that is full.",
        evidence(state, now));
  }

  private String words() {
    return switch (condition) {
      case STARTING -> "does not come up";
      case DOWN -> "has died and is started again";
      case HUNG -> "hangs";
      case SUSPENDED -> "applies nothing to some of its tables";
      case DISK_FULL -> "has no room";
      case DAMAGED -> "has damaged or missing files";
      case UNREACHABLE -> "takes nothing";
      case READY, DISK_LOW, STOPPED -> "is well";
    };
  }

  private SequencedMap<String, Double> evidence(StoreState state, long now) {
    SequencedMap<String, Double> evidence = new LinkedHashMap<>();
    evidence.put("lasted_seconds", (now - unwell) / 1e9);
    evidence.put("journal_bytes", (double) state.journalBytes());
    ServerState server = state.server();
    if (server != null) {
      evidence.put("restarts", (double) server.restarts());
      evidence.put("suspended_tables", (double) server.suspended().size());
      Room room = server.room();
      if (room.free() >= 0) {
        evidence.put("free_bytes", (double) room.free());
      }
    }
    return evidence;
  }
}
