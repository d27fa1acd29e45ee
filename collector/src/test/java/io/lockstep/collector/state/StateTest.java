package io.lockstep.collector.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.alert.Round;
import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.alert.Waiting;
import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.detect.JobUse;
import io.lockstep.collector.detect.SubjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateTest {
  private static final SubjectKey GPU = new SubjectKey("c", "node-1", "GPU-'\"; DROP TABLE x");

  @TempDir Path folder;

  @Test
  void keepsWhatWaits() throws Exception {
    var key = new SubjectKey("c", "node-1", "mlx5_0/1");
    var finding =
        new Finding(
            IncidentKind.PORT_DOWN,
            7,
            Finding.Severity.CRITICAL,
            Finding.Action.CHECKPOINT,
            "Port \"x\" is down",
            new LinkedHashMap<>(Map.of("up", 0.0)),
            List.of(new JobUse("slurm", "4711", "0", List.of(3, 4), 64)));
    Path file = folder.resolve("waiting.db");
    AlertBook book = new AlertBook(AlertBook.Config.DEFAULT, List.of());
    book.happened("port-down", Duration.ofSeconds(2), key, finding, 1_000);
    List<Waiting> waiting = book.waiting();
    try (State state = State.open(file)) {
      assertThat(state.waiting()).isEmpty();
      state.keepWaiting(waiting);
    }
    try (State state = State.open(file)) {
      assertThat(state.waiting()).isEqualTo(waiting).hasSize(1);
      state.keepWaiting(List.of());
    }
    try (State state = State.open(file)) {
      assertThat(state.waiting()).isEmpty();
    }
  }

  @Test
  void whatWasSavedIsThereAgainToTheLetter() throws IOException {
    AlertBook book = new AlertBook(AlertBook.Config.DEFAULT, List.of());
    try (State state = State.open(file())) {
      state.save(round(book, true, 10));
      state.save(round(book, true, 11));
    }
    List<Incident> loaded = load();
    assertThat(loaded).hasSize(1);
    assertThat(loaded.getFirst().alerts().getFirst().finding().summary()).isEqualTo("naïve ⚠ slow");
    assertThat(loaded.getFirst().id()).isEqualTo(book.incidents().getFirst().id());
    assertThat(loaded.getFirst().isOpen()).isTrue();
  }

  @Test
  void aRestartNeitherResolvesNorRepeats() throws IOException {
    AlertBook book = new AlertBook(AlertBook.Config.DEFAULT, List.of());
    try (State state = State.open(file())) {
      state.save(round(book, true, 10));
    }
    AlertBook after = new AlertBook(AlertBook.Config.DEFAULT, load());
    assertThat(round(after, true, 20)).isEmpty();
    assertThat(after.incidents()).hasSize(1);
    try (State state = State.open(file())) {
      state.save(round(after, false, 30));
    }
    assertThat(load()).singleElement().satisfies(one -> assertThat(one.isOpen()).isFalse());
  }

  @Test
  void whatWasNotCommittedIsNotThere() throws IOException, SQLException {
    AlertBook book = new AlertBook(AlertBook.Config.DEFAULT, List.of());
    try (State state = State.open(file());
        var other = DriverManager.getConnection("jdbc:sqlite:" + file())) {
      other.createStatement().execute("PRAGMA busy_timeout=0");
      other.setAutoCommit(false);
      other.createStatement().executeUpdate("DELETE FROM incident");
      state.save(round(book, true, 10));
      assertThat(state.failing()).isTrue();
      other.rollback();
      state.save(List.of());
      assertThat(state.failing()).isFalse();
    }
    assertThat(load()).hasSize(1);
  }

  @Test
  void aDamagedFileIsSetAside() throws IOException {
    Files.writeString(file(), "this is no database, and long enough to be looked at ".repeat(40));
    assertThat(load()).isEmpty();
    assertThat(folder.resolve("state.db.damaged")).exists();
  }

  @Test
  void aNewerFileIsRefusedAndLeftAlone() throws IOException, SQLException {
    State.open(file()).close();
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file())) {
      connection.createStatement().execute("PRAGMA user_version=99");
    }
    assertThatThrownBy(() -> State.open(file()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 99");
    assertThat(file()).exists();
  }

  @Test
  void keepsNumbersThatMovedWithoutATransition() throws IOException {
    AlertBook book = new AlertBook(AlertBook.Config.DEFAULT, List.of());
    try (State state = State.open(file())) {
      state.save(round(book, true, 10));
      assertThat(round(book, true, 50)).isEmpty();
      state.keep(book.incidents());
    }
    assertThat(load()).isEqualTo(book.incidents());
  }

  @Test
  void forgetsAllButTheNewestTenThousandResolved() throws IOException, SQLException {
    try (State state = State.open(file())) {
      for (int batch = 0; batch < 11; batch++) {
        AlertBook book = new AlertBook(AlertBook.Config.DEFAULT, List.of());
        SubjectKey[] ports = new SubjectKey[1_000];
        for (int i = 0; i < ports.length; i++) {
          ports[i] = Faults.port(1_000 * batch + i);
        }
        state.save(Faults.all(book, 2 * batch + 1, ports));
        state.save(Faults.none(book, 2 * batch + 2, ports));
      }
    }
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file())) {
      assertThat(count(connection, "incident")).isEqualTo(10_000);
      assertThat(count(connection, "alert")).isEqualTo(10_000);
    }
    assertThat(load()).hasSize(1_000);
  }

  private static int count(Connection connection, String table) throws SQLException {
    try (var statement = connection.createStatement()) {
      return statement.executeQuery("SELECT count(*) FROM " + table).getInt(1);
    }
  }

  private List<Incident> load() throws IOException {
    try (State state = State.open(file())) {
      return state.load();
    }
  }

  private static List<Transition> round(AlertBook book, boolean present, long second) {
    var round = new Round(Long.MAX_VALUE, Set.of());
    if (present) {
      var evidence = new LinkedHashMap<String, Double>();
      evidence.put("slower_ratio", 1.25);
      round.present(
          GPU,
          new Finding(
              IncidentKind.GPU_SLOW,
              5,
              Finding.Severity.CRITICAL,
              Finding.Action.EVACUATE,
              "naïve ⚠ slow",
              evidence));
    } else {
      round.absent(GPU);
    }
    return book.apply(
        "c", "straggler", Duration.ZERO, Duration.ZERO, round, second * 1_000_000_000L);
  }

  private Path file() {
    return folder.resolve("state.db");
  }
}
