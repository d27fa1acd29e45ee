package io.lockstep.collector.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.collector.alert.Alert;
import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.detect.JobUse;
import io.lockstep.collector.detect.SubjectKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// Incidents and alerts as rows of their tables. The caller owns the transaction.
final class IncidentRows {
  /// The tables of version 1.
  static final List<String> SCHEMA =
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
          "CREATE INDEX incident_resolved ON incident (resolved)");

  private static final ObjectMapper JSON = new ObjectMapper();
  private final Connection connection;

  IncidentRows(Connection connection) {
    this.connection = connection;
  }

  /// Every open incident and the newest resolved ones, oldest first.
  ///
  /// @throws UnreadableRowException when a row does not make sense
  List<Incident> read(int resolvedMax) throws SQLException, UnreadableRowException {
    String query =
        "SELECT * FROM (SELECT * FROM incident WHERE resolved = 0 UNION ALL SELECT * FROM (SELECT *"
            + " FROM incident WHERE resolved > 0 ORDER BY resolved DESC LIMIT "
            + resolvedMax
            + ")) ORDER BY opened, id";
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      var incidents = new ArrayList<Incident>();
      while (rows.next()) {
        incidents.add(incident(rows));
      }
      return incidents;
    } catch (IllegalArgumentException | JsonProcessingException e) {
      throw new UnreadableRowException(e);
    }
  }

  private Incident incident(ResultSet row) throws SQLException, JsonProcessingException {
    String id = row.getString("id");
    var subject =
        new SubjectKey(row.getString("cluster"), row.getString("host"), row.getString("subject"));
    return new Incident(
        id,
        IncidentKind.valueOf(row.getString("kind")),
        Finding.Severity.valueOf(row.getString("severity")),
        Finding.Action.valueOf(row.getString("action")),
        subject,
        row.getLong("onset"),
        row.getLong("opened"),
        row.getLong("resolved"),
        alerts(id));
  }

  private List<Alert> alerts(String incident) throws SQLException, JsonProcessingException {
    String query = "SELECT * FROM alert WHERE incident = ? ORDER BY since, rowid";
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

  /// The alert in a row of its columns.
  static Alert alert(ResultSet row) throws SQLException, JsonProcessingException {
    LinkedHashMap<String, Double> evidence =
        JSON.readValue(row.getString("evidence"), new TypeReference<>() {});
    var finding =
        new Finding(
            IncidentKind.valueOf(row.getString("kind")),
            row.getLong("onset"),
            Finding.Severity.valueOf(row.getString("severity")),
            Finding.Action.valueOf(row.getString("action")),
            row.getString("summary"),
            evidence,
            JSON.readValue(row.getString("jobs"), new TypeReference<List<JobUse>>() {}));
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

  /// Writes an incident with its alerts, over what was there of it.
  void write(Incident incident) throws SQLException {
    String row = "INSERT OR REPLACE INTO incident VALUES (?,?,?,?,?,?,?,?,?,?)";
    try (PreparedStatement statement = connection.prepareStatement(row)) {
      statement.setString(1, incident.id());
      statement.setString(2, incident.subject().cluster());
      statement.setString(3, incident.subject().host());
      statement.setString(4, incident.subject().subject());
      statement.setString(5, incident.kind().name());
      statement.setLong(6, incident.onsetNanos());
      statement.setLong(7, incident.openedNanos());
      statement.setLong(8, incident.resolvedNanos());
      statement.setString(9, incident.severity().name());
      statement.setString(10, incident.action().name());
      statement.executeUpdate();
    }
    for (Alert alert : incident.alerts()) {
      write(incident.id(), alert);
    }
  }

  private void write(String incident, Alert alert) throws SQLException {
    String row = "INSERT OR REPLACE INTO alert VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    try (PreparedStatement statement = connection.prepareStatement(row)) {
      statement.setString(1, incident);
      set(statement, 2, alert);
      statement.executeUpdate();
    }
  }

  /// Sets an alert's columns, from one on.
  static void set(PreparedStatement statement, int from, Alert alert) throws SQLException {
    statement.setString(from, alert.detector());
    statement.setString(from + 1, alert.state().name());
    statement.setLong(from + 2, alert.sinceNanos());
    statement.setLong(from + 3, alert.firedNanos());
    statement.setLong(from + 4, alert.presentNanos());
    statement.setLong(from + 5, alert.absentNanos());
    statement.setLong(from + 6, alert.judgedNanos());
    statement.setLong(from + 7, alert.resolvedNanos());
    statement.setString(from + 8, alert.finding().kind().name());
    statement.setLong(from + 9, alert.finding().onsetNanos());
    statement.setString(from + 10, alert.finding().severity().name());
    statement.setString(from + 11, alert.finding().action().name());
    statement.setString(from + 12, alert.finding().summary());
    statement.setString(from + 13, JSON.valueToTree(alert.finding().evidence()).toString());
    statement.setString(from + 14, JSON.valueToTree(alert.finding().jobs()).toString());
  }

  /// Forgets all but the newest resolved incidents.
  ///
  /// @return whether there was any to forget
  boolean prune(int resolvedMax) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int forgotten =
          statement.executeUpdate(
              "DELETE FROM incident WHERE resolved > 0 AND resolved < (SELECT resolved FROM"
                  + " incident WHERE resolved > 0 ORDER BY resolved DESC LIMIT 1 OFFSET "
                  + (resolvedMax - 1)
                  + ")");
      if (forgotten > 0) {
        statement.executeUpdate(
            "DELETE FROM alert WHERE incident NOT IN (SELECT id FROM incident)");
      }
      return forgotten > 0;
    }
  }
}
