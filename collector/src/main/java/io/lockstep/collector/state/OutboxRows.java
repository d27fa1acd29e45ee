package io.lockstep.collector.state;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Messages and their deliveries as rows of their tables. The caller owns the transaction.
///
/// A body is kept as long as somebody waits for it; what became of a delivery is kept with its
/// incident.
final class OutboxRows {
  /// The newest that are kept of one incident, which may open and resolve again for weeks.
  private static final int KEPT_PER_INCIDENT = 100;

  /// The tables that version 2 added.
  static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE message (id TEXT PRIMARY KEY, body TEXT NOT NULL)",
          """
          CREATE TABLE delivery (
            message TEXT NOT NULL, sink TEXT NOT NULL, incident TEXT NOT NULL, event TEXT NOT NULL,
            made INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
            changed INTEGER NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (message, sink))\
          """,
          "CREATE INDEX delivery_incident ON delivery (incident)");

  private final Connection connection;

  OutboxRows(Connection connection) {
    this.connection = connection;
  }

  /// What is not done, and what became of the messages about incidents that are open or were
  /// resolved last.
  ///
  /// @throws UnreadableRowException when a row does not make sense
  Outbox read(int resolvedMax) throws SQLException, UnreadableRowException {
    try (Statement statement = connection.createStatement()) {
      var deliveries = new ArrayList<Delivery>();
      ResultSet rows =
          statement.executeQuery(
              "SELECT * FROM delivery WHERE state = 'PENDING' OR incident IN (SELECT id FROM incident"
                  + " WHERE resolved = 0 UNION ALL SELECT id FROM (SELECT id FROM incident WHERE"
                  + " resolved > 0 ORDER BY resolved DESC LIMIT "
                  + resolvedMax
                  + ")) ORDER BY rowid");
      while (rows.next()) {
        deliveries.add(delivery(rows));
      }
      Map<String, String> bodies = new HashMap<>();
      ResultSet messages = statement.executeQuery("SELECT id, body FROM message");
      while (messages.next()) {
        bodies.put(messages.getString(1), messages.getString(2));
      }
      return new Outbox(deliveries, bodies);
    } catch (IllegalArgumentException e) {
      throw new UnreadableRowException(e);
    }
  }

  private static Delivery delivery(ResultSet row) throws SQLException {
    return new Delivery(
        row.getString("message"),
        row.getString("sink"),
        row.getString("incident"),
        row.getString("event"),
        row.getLong("made"),
        Delivery.State.valueOf(row.getString("state")),
        row.getInt("attempts"),
        row.getLong("changed"),
        row.getString("answer"));
  }

  void write(Message message) throws SQLException {
    String row = "INSERT OR REPLACE INTO message VALUES (?,?)";
    try (PreparedStatement statement = connection.prepareStatement(row)) {
      statement.setString(1, message.id());
      statement.setString(2, message.body());
      statement.executeUpdate();
    }
  }

  /// Writes a delivery over what was there of it; its place in the order stays.
  void write(Delivery delivery) throws SQLException {
    String row =
        """
        INSERT INTO delivery VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (message, sink) DO UPDATE SET
          state = excluded.state, attempts = excluded.attempts, changed = excluded.changed,
          answer = excluded.answer\
        """;
    try (PreparedStatement statement = connection.prepareStatement(row)) {
      statement.setString(1, delivery.message());
      statement.setString(2, delivery.sink());
      statement.setString(3, delivery.incident());
      statement.setString(4, delivery.event());
      statement.setLong(5, delivery.madeNanos());
      statement.setString(6, delivery.state().name());
      statement.setInt(7, delivery.attempts());
      statement.setLong(8, delivery.changedNanos());
      statement.setString(9, delivery.answer());
      statement.executeUpdate();
    }
    if (delivery.state() != Delivery.State.PENDING) {
      tidy(delivery);
    }
  }

  private void tidy(Delivery done) throws SQLException {
    String body =
        "DELETE FROM message WHERE id = ?1 AND NOT EXISTS"
            + " (SELECT 1 FROM delivery WHERE message = ?1 AND state = 'PENDING')";
    run(body, done.message());
    String old =
        "DELETE FROM delivery WHERE incident = ?1 AND state <> 'PENDING' AND rowid <="
            + " (SELECT rowid FROM delivery WHERE incident = ?1 ORDER BY rowid DESC LIMIT 1 OFFSET "
            + KEPT_PER_INCIDENT
            + ")";
    run(old, done.incident());
  }

  private void run(String sql, String argument) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, argument);
      statement.executeUpdate();
    }
  }

  /// Forgets what became of the messages of incidents that are forgotten.
  void prune() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          "DELETE FROM delivery WHERE state <> 'PENDING' AND incident NOT IN"
              + " (SELECT id FROM incident)");
    }
  }
}
