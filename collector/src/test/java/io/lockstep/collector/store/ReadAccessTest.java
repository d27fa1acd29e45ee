package io.lockstep.collector.store;

import static io.lockstep.collector.store.SharedQuestDb.get;
import static io.lockstep.collector.store.SharedQuestDb.query;
import static io.lockstep.collector.store.SharedQuestDb.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The real QuestDB, asked through PostgreSQL's own driver in the mode in which Grafana asks
/// (simple queries) and in the usual one.
class ReadAccessTest {
  private static final ReadAccess OPEN = new ReadAccess(true, "127.0.0.1:0", "", false);

  @TempDir static Path folder;
  private static SeriesStore store;

  @BeforeAll
  static void open() throws Exception {
    store = SeriesStore.open(with(OPEN), folder, InstantSource.system());
    get(store.firstReady());
    query(store).execute("INSERT INTO event(ts, cluster, host, id) VALUES(now(), 'c', 'h', '1')");
    SharedQuestDb.awaitApplied(query(store));
  }

  @AfterAll
  static void close() throws Exception {
    store.close();
  }

  private static SeriesStore.Config with(ReadAccess readAccess) {
    var patient = SharedQuestDb.patient();
    // As it is run by default: its developers' mode lets readers suspend tables.
    var questdb =
        new QuestDbServer.Config(
            0,
            256,
            patient.questdb().retention(),
            patient.questdb().rollups(),
            patient.questdb().keepFree(),
            Map.of());
    return new SeriesStore.Config(
        patient.kind(), questdb, readAccess, patient.influx(), patient.writer());
  }

  private static Path passwordFile() {
    return folder.resolve("questdb/read-password");
  }

  private static Connection connect(String user, String password, String mode) throws SQLException {
    var properties = new Properties();
    properties.put("user", user);
    properties.put("password", password);
    properties.put("preferQueryMode", mode);
    properties.put("sslmode", "disable");
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + server(store).readPort() + "/" + ReadAccess.DATABASE,
        properties);
  }

  private static Connection reader(String mode) throws Exception {
    return connect(ReadAccess.USER, Files.readString(passwordFile()).strip(), mode);
  }

  @Test
  void thePasswordIsForItsOwnerOnly() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(passwordFile())))
        .isEqualTo("rw-------");
    assertThat(Files.readString(passwordFile()).strip()).hasSizeGreaterThanOrEqualTo(32);
    assertThat(Files.readString(folder.resolve("questdb/password")))
        .isNotEqualTo(Files.readString(passwordFile()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void readsAndChangesNothing(String mode) throws Exception {
    try (Connection reader = reader(mode);
        var statement = reader.createStatement()) {
      try (ResultSet rows = statement.executeQuery("SELECT host FROM event")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(1)).isEqualTo("h");
      }
      var allowed = new ArrayList<String>();
      for (String change :
          List.of(
              "INSERT INTO event(ts, cluster, host, id) VALUES(now(), 'c', 'h', '2')",
              "INSERT INTO event SELECT now(), 'c', 'h', '2', '', '', '', 1, '', ''",
              "UPDATE event SET host = 'x'",
              "TRUNCATE TABLE event",
              "DROP TABLE event",
              "DROP TABLE IF EXISTS event",
              "DROP ALL TABLES",
              "RENAME TABLE event TO other",
              "ALTER TABLE event ADD COLUMN x INT",
              "ALTER TABLE event DROP COLUMN body",
              "ALTER TABLE event RENAME COLUMN body TO b",
              "ALTER TABLE event ALTER COLUMN severity TYPE LONG",
              "ALTER TABLE event DROP PARTITION WHERE ts > 0",
              "ALTER TABLE event DETACH PARTITION WHERE ts > 0",
              "ALTER TABLE event SET TTL 1 HOURS",
              "ALTER TABLE event DEDUP DISABLE",
              "ALTER TABLE event SET TYPE BYPASS WAL",
              "ALTER TABLE event SUSPEND WAL",
              "ALTER TABLE event RESUME WAL",
              "ALTER TABLE event SQUASH PARTITIONS",
              "CREATE TABLE mine(x INT)",
              "CREATE TABLE mine AS (SELECT * FROM event)",
              "CREATE VIEW mine AS (SELECT * FROM event)",
              "CREATE MATERIALIZED VIEW mine AS (SELECT ts, count() FROM event SAMPLE BY 1h)",
              "REINDEX TABLE event LOCK EXCLUSIVE",
              "VACUUM TABLE event",
              "CHECKPOINT CREATE",
              "SNAPSHOT PREPARE",
              "BACKUP TABLE event",
              "COPY event FROM '/etc/passwd'",
              "COPY event TO 'x' WITH FORMAT PARQUET",
              "COPY (SELECT * FROM event) TO 'y' WITH FORMAT PARQUET",
              "SELECT * FROM read_parquet('x.parquet')")) {
        try {
          statement.execute(change);
          allowed.add(change);
        } catch (SQLException _) {
          // As it must be.
        }
      }
      assertThat(allowed).as("not refused").isEmpty();
      if (mode.equals("simple")) {
        assertThatThrownBy(() -> statement.execute("SELECT 1; DROP TABLE event"))
            .isInstanceOf(SQLException.class);
      }
    }
    QuestDbQuery own = query(store);
    assertThat(own.rows("SELECT host, id FROM event").toString()).isEqualTo("[{host=h, id=1}]");
    assertThat(own.number("SELECT count() FROM tables() WHERE table_name = 'mine'")).isZero();
    assertThat(own.number("SELECT count() FROM wal_tables() WHERE suspended")).isZero();
  }

  @Test
  void tellsReadersNoSecrets() throws Exception {
    String own = Files.readString(folder.resolve("questdb/password")).strip();
    String read = Files.readString(passwordFile()).strip();
    try (Connection reader = reader("simple");
        var statement = reader.createStatement();
        ResultSet rows = statement.executeQuery("SHOW PARAMETERS")) {
      int seen = 0;
      while (rows.next()) {
        seen++;
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          assertThat(rows.getString(i)).isNotEqualTo(own).isNotEqualTo(read);
        }
      }
      assertThat(seen).isPositive();
    }
  }

  @Test
  void knowsNobodyElse() throws Exception {
    String own = Files.readString(folder.resolve("questdb/password")).strip();
    for (List<String> stranger :
        List.of(
            List.of("admin", "quest"),
            List.of("user", "quest"),
            List.of(QuestDbFolder.USER, own),
            List.of(ReadAccess.USER, own),
            List.of(ReadAccess.USER, "guessed"))) {
      assertThatThrownBy(() -> connect(stranger.get(0), stranger.get(1), "simple").close())
          .as("user %s", stranger.get(0))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("invalid username/password");
    }
  }

  @Test
  void isClosedUnlessAskedFor() throws Exception {
    SeriesStore closed = SharedQuestDb.store();

    assertThat(server(closed).readPort()).isZero();
    assertThat(SharedQuestDb.data().resolve("read-password")).doesNotExist();
    assertThat(SharedQuestDb.data().resolve("conf/server.conf"))
        .content()
        .contains("pg.enabled=false");
  }

  @Test
  void theStoreRunsWithoutReadersWhileTheirPortIsTaken(@TempDir Path other) throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var access = new ReadAccess(true, "127.0.0.1:" + taken.getLocalPort(), "", false);
      try (SeriesStore without = SeriesStore.open(with(access), other, InstantSource.system())) {
        get(without.firstReady());

        assertThat(server(without).readPort()).isZero();
        assertThat(query(without).number("SELECT 1")).isOne();
      }
    }
  }

  @Test
  void aPasswordOfTheOperatorsOwnIsTakenAndWithoutOneTheStoreRunsWithoutReaders(@TempDir Path other)
      throws Exception {
    Path file = other.resolve("secret");
    var nowhere = new ReadAccess(true, "127.0.0.1:0", other + "/nowhere/secret", false);
    new QuestDbFolder(other.resolve("questdb"), nowhere).prepare(0, Map.of());
    Path conf = other.resolve("questdb/conf/server.conf");
    assertThat(conf).content().contains("pg.enabled=false\n").doesNotContain("pg.password");
    Files.writeString(file, "with space\n");
    var access = new ReadAccess(true, "127.0.0.1:0", file.toString(), false);
    var folder = new QuestDbFolder(other.resolve("questdb"), access);
    folder.prepare(0, Map.of());
    assertThat(conf).content().contains("pg.enabled=false\n").doesNotContain("with space");

    Files.writeString(file, "s3cret!=#:\n");
    folder.prepare(0, Map.of("pg.security.readonly", "false"));

    assertThat(other.resolve("questdb/conf/server.conf"))
        .content()
        .contains("pg.password=s3cret!=#:\n", "pg.security.readonly=true\n");
  }

  @Test
  void refusesWhatWouldOpenItByMistake() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReadAccess(true, "0.0.0.0:8812", "", false))
        .withMessageContaining("0.0.0.0:8812")
        .withMessageContaining("insecure: true");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReadAccess(true, "store.example:8812", "", true))
        .withMessageContaining("IPv4");
    var patient = SharedQuestDb.patient();
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new SeriesStore.Config(
                SeriesStore.Kind.INFLUX,
                patient.questdb(),
                OPEN,
                patient.influx(),
                patient.writer()))
        .withMessageContaining("kind: questdb");
    assertThat(new ReadAccess(true, "0.0.0.0:8812", "", true).port()).isEqualTo(8812);
  }
}
