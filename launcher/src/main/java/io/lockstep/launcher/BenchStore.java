package io.lockstep.launcher;

import io.lockstep.collector.store.QuestDbQuery;
import io.lockstep.collector.store.StoreAddress;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// The store of a [BenchCollector], asked by SQL what it really has.
///
/// @param folder of the store
/// @param port where it listens
record BenchStore(Path folder, int port) {
  private static final Duration SETTLED_MAX = Duration.ofMinutes(10);

  /// The way to ask it.
  QuestDbQuery sql() throws IOException {
    String password = Files.readString(folder.resolve("password")).strip();
    return new QuestDbQuery(
        StoreAddress.withPassword("http://127.0.0.1:" + port, "lockstep", password));
  }

  /// Waits until all that it has acknowledged stands in its tables.
  ///
  /// @throws IOException when that takes too long
  void settle() throws IOException, InterruptedException {
    QuestDbQuery sql = sql();
    long limit = System.nanoTime() + SETTLED_MAX.toNanos();
    while (sql.number("SELECT count() FROM wal_tables() WHERE sequencerTxn <> writerTxn") > 0) {
      if (System.nanoTime() > limit) {
        throw new IOException("the store does not get done with what it has acknowledged");
      }
      Thread.sleep(500);
    }
  }

  /// Asks for one whole number.
  long number(String query) throws IOException {
    return sql().number(query);
  }

  /// Rows in all tables.
  long rows() throws IOException {
    QuestDbQuery sql = sql();
    long rows = 0;
    for (Table table : Table.values()) {
      rows += sql.number("SELECT count() FROM " + table.tableName());
    }
    return rows;
  }

  /// What it takes on the disk.
  long bytes() throws IOException, InterruptedException {
    return blocks(folder.resolve("db"));
  }

  /// What a folder takes on the disk, in blocks: a store gives its files more length than they
  /// hold.
  static long blocks(Path folder) throws IOException, InterruptedException {
    Process du = new ProcessBuilder("du", "-s", "-B1", folder.toString()).start();
    String said = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (du.waitFor() != 0 && said.isEmpty()) {
      throw new IOException("du can't say what " + folder + " takes");
    }
    return Long.parseLong(said.split("\\s", 2)[0]);
  }
}
