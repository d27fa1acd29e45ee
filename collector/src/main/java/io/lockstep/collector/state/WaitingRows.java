package io.lockstep.collector.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.lockstep.collector.alert.Waiting;
import io.lockstep.collector.detect.SubjectKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Alerts that an event began and that have not fired yet. There are few, so they are always
/// written as a whole. The caller owns the transaction.
final class WaitingRows {
  /// The table of version 3.
  static final List<String> SCHEMA =
      List.of(
          """
          CREATE TABLE waiting (
            cluster TEXT NOT NULL, host TEXT NOT NULL, subject TEXT NOT NULL,
            detector TEXT NOT NULL,
            state TEXT NOT NULL, since INTEGER NOT NULL, fired INTEGER NOT NULL,
            present INTEGER NOT NULL, absent INTEGER NOT NULL, judged INTEGER NOT NULL,
            resolved INTEGER NOT NULL, kind TEXT NOT NULL, onset INTEGER NOT NULL,
            severity TEXT NOT NULL, action TEXT NOT NULL, summary TEXT NOT NULL,
            evidence TEXT NOT NULL, PRIMARY KEY (cluster, host, subject, detector))\
          """);

  private final Connection connection;

  WaitingRows(Connection connection) {
    this.connection = connection;
  }

  /// @throws UnreadableRowException when a row does not make sense
  List<Waiting> read() throws SQLException, UnreadableRowException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT * FROM waiting")) {
      var all = new ArrayList<Waiting>();
      while (rows.next()) {
        var subject =
            new SubjectKey(
                rows.getString("cluster"), rows.getString("host"), rows.getString("subject"));
        all.add(new Waiting(subject, IncidentRows.alert(rows)));
      }
      return all;
    } catch (IllegalArgumentException | JsonProcessingException e) {
      throw new UnreadableRowException(e);
    }
  }

  void write(Collection<Waiting> all) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("DELETE FROM waiting");
    }
    String row = "INSERT INTO waiting VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    try (PreparedStatement statement = connection.prepareStatement(row)) {
      for (Waiting one : all) {
        statement.setString(1, one.subject().cluster());
        statement.setString(2, one.subject().host());
        statement.setString(3, one.subject().subject());
        IncidentRows.set(statement, 4, one.alert());
        statement.executeUpdate();
      }
    }
  }
}
