package io.lockstep.collector.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.SubjectKey;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Messages lie with the incidents that they tell of.
class OutboxTest {
  private static final SubjectKey PORT = Faults.port(1);

  @TempDir Path folder;
  private final AlertBook book = new AlertBook(AlertBook.Config.DEFAULT, List.of());

  @Test
  void messageAndTransitionAreOneTransaction() throws Exception {
    try (State state = State.open(file());
        var other = DriverManager.getConnection("jdbc:sqlite:" + file())) {
      List<Transition> opened = Faults.all(book, 1, PORT);
      state.save(opened, List.of(message("m1")), List.of(delivery("m1", "a"), delivery("m1", "b")));
      // The second delivery can't be written: nothing of the round is.
      try (var statement = other.createStatement()) {
        statement.execute(
            "CREATE TRIGGER full BEFORE INSERT ON delivery WHEN new.sink = 'b' BEGIN SELECT"
                + " RAISE(ABORT, 'no'); END");
      }
      List<Transition> over = Faults.none(book, 2, PORT);
      state.save(over, List.of(message("m2")), List.of(delivery("m2", "a"), delivery("m2", "b")));
      assertThat(state.failing()).isTrue();
      assertThat(number(other, "SELECT count(*) FROM incident WHERE resolved > 0")).isZero();
      assertThat(number(other, "SELECT count(*) FROM message")).isEqualTo(1);
      try (var statement = other.createStatement()) {
        statement.execute("DROP TRIGGER full");
      }
      state.save(List.of());
      assertThat(state.failing()).isFalse();
      assertThat(number(other, "SELECT count(*) FROM incident WHERE resolved > 0")).isEqualTo(1);
      assertThat(number(other, "SELECT count(*) FROM delivery")).isEqualTo(4);
    }
  }

  @Test
  void aBodyIsKeptAsLongAsOneSinkWaitsForIt() throws Exception {
    List<Transition> opened = Faults.all(book, 1, PORT);
    Delivery a = delivery("m1", "a");
    Delivery b = delivery("m1", "b");
    try (State state = State.open(file())) {
      state.save(opened, List.of(message("m1")), List.of(a, b));
      state.save(
          List.of(),
          List.of(),
          List.of(
              a.tried(Delivery.State.DELIVERED, "204", 5),
              b.tried(Delivery.State.PENDING, "500: naïve", 6)));
    }
    Outbox outbox = outbox();
    assertThat(outbox.bodies()).containsExactly(Map.entry("m1", "body of m1 ⚠"));
    assertThat(outbox.deliveries())
        .containsExactly(
            a.tried(Delivery.State.DELIVERED, "204", 5),
            b.tried(Delivery.State.PENDING, "500: naïve", 6));
    try (State state = State.open(file())) {
      state.save(List.of(), List.of(), List.of(b.tried(Delivery.State.REFUSED, "400", 7)));
    }
    assertThat(outbox().bodies()).isEmpty();
    assertThat(outbox().deliveries().getLast().state()).isEqualTo(Delivery.State.REFUSED);
  }

  @Test
  void ofAnIncidentThatNeverEndsTheNewestHundredAreKept() throws Exception {
    try (State state = State.open(file())) {
      state.save(Faults.all(book, 1, PORT));
      for (int i = 0; i < 300; i++) {
        Delivery one = delivery("m" + i, "a");
        state.save(List.of(), List.of(message("m" + i)), List.of(one));
        state.save(List.of(), List.of(), List.of(one.tried(Delivery.State.DELIVERED, "204", i)));
      }
    }
    assertThat(outbox().deliveries()).hasSize(100);
    assertThat(outbox().deliveries().getLast().message()).isEqualTo("m299");
  }

  @Test
  void whatIsForgottenOfIncidentsIsForgottenOfTheirMessages() throws Exception {
    try (State state = State.open(file())) {
      for (int batch = 0; batch < 11; batch++) {
        var some = new AlertBook(AlertBook.Config.DEFAULT, List.of());
        SubjectKey[] ports = new SubjectKey[1_000];
        for (int i = 0; i < ports.length; i++) {
          ports[i] = Faults.port(1_000 * batch + i);
        }
        state.save(Faults.all(some, 2 * batch + 1, ports));
        List<Transition> over = Faults.none(some, 2 * batch + 2, ports);
        var done = new ArrayList<Delivery>();
        over.forEach(one -> {
          String id = one.incident().id();
          done.add(
              Delivery.pending("m" + id, "a", id, "resolved", 2)
                  .tried(Delivery.State.DELIVERED, "204", 3));
        });
        state.save(over, List.of(), done);
      }
    }
    assertThat(outbox().deliveries()).hasSize(1_000);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file())) {
      assertThat(number(connection, "SELECT count(*) FROM delivery")).isEqualTo(10_000);
    }
  }

  @Test
  void aFileOfTheFirstVersionIsBroughtUpAndKeepsItsIncidents() throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        var statement = connection.createStatement()) {
      for (String table : IncidentRows.SCHEMA) {
        statement.execute(table);
      }
      statement.execute(
          "INSERT INTO incident VALUES ('0011223344556677','c','node-1','mlx5_0/1','PORT_DOWN',7,8,0)");
      statement.execute(
          "INSERT INTO alert VALUES ('0011223344556677','port-down','FIRING',7,8,8,0,8,0,"
              + "'PORT_DOWN',7,'CRITICAL','CHECKPOINT','down','{\"state\":1.0}')");
      statement.execute("PRAGMA user_version=1");
    }
    try (State state = State.open(file())) {
      Incident incident = state.load().getFirst();
      assertThat(incident.severity()).isEqualTo(Finding.Severity.CRITICAL);
      assertThat(incident.action()).isEqualTo(Finding.Action.CHECKPOINT);
      assertThat(state.outbox().deliveries()).isEmpty();
      var again = new AlertBook(AlertBook.Config.DEFAULT, state.load());
      List<Transition> over = Faults.none(again, 20, PORT);
      Delivery late = Delivery.pending("m1", "a", incident.id(), "resolved", 20);
      state.save(over, List.of(message("m1")), List.of(late));
    }
    assertThat(outbox().deliveries()).hasSize(1);
    try (State state = State.open(file())) {
      assertThat(state.load().getFirst().isOpen()).isFalse();
      assertThat(state.load().getFirst().severity()).isEqualTo(Finding.Severity.CRITICAL);
    }
  }

  private static Message message(String id) {
    return new Message(id, "body of " + id + " ⚠");
  }

  /// About the incident that [#book] has first.
  private Delivery delivery(String message, String sink) {
    return Delivery.pending(message, sink, book.incidents().getFirst().id(), "opened", 1);
  }

  private static long number(Connection connection, String query) throws SQLException {
    try (var statement = connection.createStatement()) {
      return statement.executeQuery(query).getLong(1);
    }
  }

  private Outbox outbox() throws IOException {
    try (State state = State.open(file())) {
      return state.outbox();
    }
  }

  private Path file() {
    return folder.resolve("state.db");
  }
}
