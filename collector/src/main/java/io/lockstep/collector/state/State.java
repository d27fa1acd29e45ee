package io.lockstep.collector.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.collector.alert.Alert;
import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.detect.SubjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Incidents and their alerts in one SQLite file, so that a restart neither forgets nor repeats
/// anything. One thread owns it and is its only writer.
///
/// All transitions of a round are one transaction, written through to the disk (`synchronous=FULL`:
/// there are few, and each matters). The schema carries a version in `user_version`; a file that a
/// newer version wrote is refused, never touched. A damaged file is set aside and begun anew,
/// because a monitor that does not start is worse than one that has forgotten.
public final class State implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(State.class);
  private static final int VERSION = 1;
  private static final int RESOLVED_LOADED = 1_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<String> SCHEMA =
      List.of(
          """
          CREATE TABLE incident (
            id TEXT PRIMARY KEY, cluster TEXT NOT NULL, host TEXT NOT NULL, subject TEXT NOT NULL,
            kind TEXT NOT NULL, onset INTEGER NOT NULL, opened INTEGER NOT NULL,
            resolved INTEGER NOT NULL)\
          """,
          """
          CREATE TABLE alert (
            incident TEXT NOT NULL REFERENCES incident(id), detector TEXT NOT NULL,
            state TEXT NOT NULL, since INTEGER NOT NULL, fired INTEGER NOT NULL,
            present INTEGER NOT NULL, absent INTEGER NOT NULL, judged INTEGER NOT NULL,
            resolved INTEGER NOT NULL, kind TEXT NOT NULL, onset INTEGER NOT NULL,
            severity TEXT NOT NULL, action TEXT NOT NULL, summary TEXT NOT NULL,
            evidence TEXT NOT NULL, PRIMARY KEY (incident, detector))\
          """,
          "CREATE INDEX incident_opened ON incident (opened)");

  private final Connection connection;
  private final List<Incident> unsaved = new ArrayList<>();
  private boolean failing;

  private State(Connection connection) {
    this.connection = connection;
  }

  /// Opens the file, or makes it.
  ///
  /// @throws IOException when a newer version wrote it, or it can't be written; the message says
  ///   what to do
  public static State open(Path file) throws IOException {
    try {
      return connect(file);
    } catch (SQLException e) {
      if (!damaged(e)) {
        throw new IOException("can't open " + file + ": " + e.getMessage(), e);
      }
      setAside(file, e);
      try {
        return connect(file);
      } catch (SQLException again) {
        throw new IOException("can't make " + file + ": " + again.getMessage(), again);
      }
    }
  }

  private static boolean damaged(SQLException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("SQLITE_CORRUPT") || message.contains("SQLITE_NOTADB");
  }

  private static void setAside(Path file, SQLException cause) throws IOException {
    for (String suffix : List.of("", "-wal", "-shm")) {
      Path part = file.resolveSibling(file.getFileName() + suffix);
      if (Files.exists(part)) {
        Path aside = file.resolveSibling(file.getFileName() + suffix + ".damaged");
        Files.move(part, aside, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    log.error(
        "state damaged, begun anew; earlier incidents are in file={}.damaged cause={}",
        file,
        cause.getMessage());
  }

  private static State connect(Path file) throws SQLException, IOException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=FULL");
      statement.execute("PRAGMA busy_timeout=2000");
      int version = statement.executeQuery("PRAGMA user_version").getInt(1);
      if (version > VERSION) {
        throw new IOException(
            file
                + " has version "
                + version
                + ", this collector knows up to "
                + VERSION
                + ": start the newer collector, or give this one another data folder");
      }
      connection.setAutoCommit(false);
      if (version == 0) {
        for (String table : SCHEMA) {
          statement.execute(table);
        }
        statement.execute("PRAGMA user_version=" + VERSION);
      }
      String check = statement.executeQuery("PRAGMA quick_check").getString(1);
      if (!"ok".equals(check)) {
        throw new SQLException("SQLITE_CORRUPT " + check);
      }
      connection.commit();
      return new State(connection);
    } catch (SQLException | IOException e) {
      connection.close();
      throw e;
    }
  }

  /// The incidents of before, oldest first: every open one, and the newest thousand of the others.
  ///
  /// @throws IOException when the file can't be read
  public List<Incident> load() throws IOException {
    String query =
        "SELECT * FROM (SELECT * FROM incident WHERE resolved = 0 UNION SELECT * FROM (SELECT * FROM"
            + " incident WHERE resolved <> 0 ORDER BY opened DESC LIMIT "
            + RESOLVED_LOADED
            + ")) ORDER BY opened, id";
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      var incidents = new ArrayList<Incident>();
      while (rows.next()) {
        incidents.add(incident(rows));
      }
      return incidents;
    } catch (SQLException | JsonProcessingException e) {
      throw new IOException("can't read earlier incidents: " + e.getMessage(), e);
    }
  }

  private Incident incident(ResultSet row) throws SQLException, JsonProcessingException {
    String id = row.getString("id");
    var subject =
        new SubjectKey(row.getString("cluster"), row.getString("host"), row.getString("subject"));
    return new Incident(
        id,
        IncidentKind.valueOf(row.getString("kind")),
        subject,
        row.getLong("onset"),
        row.getLong("opened"),
        row.getLong("resolved"),
        alerts(id));
  }

  private List<Alert> alerts(String incident) throws SQLException, JsonProcessingException {
    String query = "SELECT * FROM alert WHERE incident = ? ORDER BY since, detector";
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, incident);
      try (ResultSet rows = statement.executeQuery()) {
        var alerts = new ArrayList<Alert>();
        while (rows.next()) {
          alerts.add(alert(rows));
        }
        return alerts;
      }
    }
  }

  private static Alert alert(ResultSet row) throws SQLException, JsonProcessingException {
    LinkedHashMap<String, Double> evidence =
        JSON.readValue(row.getString("evidence"), new TypeReference<>() {});
    var finding =
        new Finding(
            IncidentKind.valueOf(row.getString("kind")),
            row.getLong("onset"),
            Finding.Severity.valueOf(row.getString("severity")),
            Finding.Action.valueOf(row.getString("action")),
            row.getString("summary"),
            evidence);
    return new Alert(
        row.getString("detector"),
        Alert.State.valueOf(row.getString("state")),
        row.getLong("since"),
        row.getLong("fired"),
        row.getLong("present"),
        row.getLong("absent"),
        row.getLong("judged"),
        row.getLong("resolved"),
        finding);
  }

  /// Writes a round's transitions in one transaction. When the disk refuses, they are kept in
  /// memory and written with a later round; that is said once.
  public void save(List<Transition> transitions) {
    transitions.forEach(transition -> unsaved.add(transition.incident()));
    if (unsaved.isEmpty()) {
      return;
    }
    try {
      for (Incident incident : unsaved) {
        write(incident);
      }
      connection.commit();
      unsaved.clear();
      if (failing) {
        failing = false;
        log.info("state written again");
      }
    } catch (SQLException | JsonProcessingException e) {
      giveUp(e);
    }
  }

  private void giveUp(Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
    // Of one incident only the newest form is needed later.
    var newest = new LinkedHashMap<String, Incident>();
    unsaved.forEach(incident -> newest.put(incident.id(), incident));
    unsaved.clear();
    unsaved.addAll(newest.values());
    if (!failing) {
      failing = true;
      log.error(
          "state not written, kept in memory until it can be incidents={} cause={}",
          unsaved.size(),
          cause.getMessage());
    }
  }

  private void write(Incident incident) throws SQLException, JsonProcessingException {
    String row = "INSERT OR REPLACE INTO incident VALUES (?,?,?,?,?,?,?,?)";
    try (PreparedStatement statement = connection.prepareStatement(row)) {
      statement.setString(1, incident.id());
      statement.setString(2, incident.subject().cluster());
      statement.setString(3, incident.subject().host());
      statement.setString(4, incident.subject().subject());
      statement.setString(5, incident.kind().name());
      statement.setLong(6, incident.onsetNanos());
      statement.setLong(7, incident.openedNanos());
      statement.setLong(8, incident.resolvedNanos());
      statement.executeUpdate();
    }
    for (Alert alert : incident.alerts()) {
      write(incident.id(), alert);
    }
  }

  private void write(String incident, Alert alert) throws SQLException, JsonProcessingException {
    String row = "INSERT OR REPLACE INTO alert VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    try (PreparedStatement statement = connection.prepareStatement(row)) {
      statement.setString(1, incident);
      statement.setString(2, alert.detector());
      statement.setString(3, alert.state().name());
      statement.setLong(4, alert.sinceNanos());
      statement.setLong(5, alert.firedNanos());
      statement.setLong(6, alert.presentNanos());
      statement.setLong(7, alert.absentNanos());
      statement.setLong(8, alert.judgedNanos());
      statement.setLong(9, alert.resolvedNanos());
      statement.setString(10, alert.finding().kind().name());
      statement.setLong(11, alert.finding().onsetNanos());
      statement.setString(12, alert.finding().severity().name());
      statement.setString(13, alert.finding().action().name());
      statement.setString(14, alert.finding().summary());
      statement.setString(15, JSON.writeValueAsString(alert.finding().evidence()));
      statement.executeUpdate();
    }
  }

  /// Whether the last attempt to write failed; then incidents are in memory only.
  public boolean failing() {
    return failing;
  }

  @Override
  public void close() throws IOException {
    save(List.of());
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IOException("can't close the state: " + e.getMessage(), e);
    }
  }
}
