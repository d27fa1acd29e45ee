package io.lockstep.collector.state;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/// The file's tables, version by version: a file of an older version is brought up to the newest in
/// one transaction.
final class Schema {
  /// What severity and action an incident has had is not known of older files: what its alerts say
  /// now stands for it.
  private static final List<String> LEVELS =
      List.of(
          "ALTER TABLE incident ADD COLUMN severity TEXT NOT NULL DEFAULT 'INFO'",
          "ALTER TABLE incident ADD COLUMN action TEXT NOT NULL DEFAULT 'WATCH'",
          raise("severity", "WARNING"),
          raise("severity", "CRITICAL"),
          raise("action", "CHECKPOINT"),
          raise("action", "EVACUATE"));

  /// Whom an older file's alerts touched is not known.
  private static final List<String> JOBS =
      List.of(
          "ALTER TABLE alert ADD COLUMN jobs TEXT NOT NULL DEFAULT '[]'",
          "ALTER TABLE waiting ADD COLUMN jobs TEXT NOT NULL DEFAULT '[]'");

  /// One list of statements for each version, from 1 on.
  private static final List<List<String>> STEPS =
      List.of(
          IncidentRows.SCHEMA,
          Stream.concat(LEVELS.stream(), OutboxRows.SCHEMA.stream()).toList(),
          WaitingRows.SCHEMA,
          JOBS);

  private Schema() {}

  private static String raise(String column, String level) {
    return "UPDATE incident SET %1$s = '%2$s' WHERE id IN (SELECT incident FROM alert WHERE %1$s = '%2$s')"
        .formatted(column, level);
  }

  /// @throws IOException when a newer version wrote the file
  static int version(Statement statement, Path file) throws SQLException, IOException {
    int version = statement.executeQuery("PRAGMA user_version").getInt(1);
    if (version < 0 || version > STEPS.size()) {
      throw new IOException(
          file
              + " has version "
              + version
              + ", this collector knows up to "
              + STEPS.size()
              + ": start the newer collector, or give this one another data folder");
    }
    return version;
  }

  /// Brings the file from a version up to the newest.
  static void update(Statement statement, int version) throws SQLException {
    if (version == STEPS.size()) {
      return;
    }
    statement.execute("BEGIN IMMEDIATE");
    for (List<String> step : STEPS.subList(version, STEPS.size())) {
      for (String change : step) {
        statement.execute(change);
      }
    }
    statement.execute("PRAGMA user_version=" + STEPS.size());
    statement.execute("COMMIT");
  }
}
