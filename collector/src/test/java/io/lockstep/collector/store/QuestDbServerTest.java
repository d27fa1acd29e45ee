package io.lockstep.collector.store;

import static io.lockstep.collector.store.SharedQuestDb.awaitApplied;
import static io.lockstep.collector.store.SharedQuestDb.get;
import static io.lockstep.collector.store.SharedQuestDb.query;
import static io.lockstep.collector.store.SharedQuestDb.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import okhttp3.RequestBody;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuestDbServerTest {
  private static final StoreResult ALL = new StoreResult.Kept(0, "");

  @TempDir Path folder;

  @Test
  void asksForThePasswordThatOnlyTheFoldersOwnerCanRead() throws Exception {
    SeriesStore store = SharedQuestDb.store();
    String url = store.state().url();
    assertThat(url).startsWith("http://127.0.0.1:");

    for (StoreAddress stranger :
        List.of(
            StoreAddress.open(url),
            StoreAddress.withPassword(url, "admin", "quest"),
            StoreAddress.withPassword(url, QuestDbFolder.USER, "guessed"))) {
      assertThatThrownBy(() -> new QuestDbQuery(stranger).number("SELECT 1"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("refuses the password: 401");
      var post = new LinePost(() -> stranger, new LinePost.Target("o", "b", false, null));
      assertThat(post.post(RequestBody.create("metric,cluster=stranger value=1\n", null)))
          .isInstanceOfSatisfying(
              LinePost.Answer.NotNow.class, no -> assertThat(no.reason()).startsWith("401"));
    }
    for (String secret : List.of("password", "conf/server.conf")) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(SharedQuestDb.data().resolve(secret))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void keepsAllThatItAcknowledgedWhenItIsKilled() throws Exception {
    try (SeriesStore store =
        SeriesStore.open(SharedQuestDb.patient(), folder, InstantSource.system())) {
      get(store.firstReady());
      var kept = new AtomicInteger();
      var stop = new AtomicBoolean();
      var threads = new Thread[4];
      for (int i = 0; i < threads.length; i++) {
        String host = "node-" + i;
        threads[i] = Thread.startVirtualThread(() -> write(store, host, kept, stop));
      }
      await(() -> store.state().storedLines() > 200);
      long first = server(store).pid();
      ProcessHandle.of(first).orElseThrow().destroyForcibly();
      long atKill = store.state().storedLines();
      await(() -> store.state().storedLines() > atKill + 200);
      stop.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      get(store.flush());

      assertThat(server(store).pid()).isNotEqualTo(first);
      assertThat(server(store).state().restarts()).isOne();
      QuestDbQuery query = query(store);
      awaitApplied(query);
      assertThat(query.number("SELECT count() FROM gpu")).isEqualTo(kept.get() * 8L);
      assertThat(query.number("SELECT count_distinct(subject) FROM gpu")).isEqualTo(8);
      assertThat(store.state().journalBytes()).isZero();
    }
  }

  /// Sends one batch of eight rows after the other.
  private static void write(
      SeriesStore store, String host, AtomicInteger kept, AtomicBoolean stop) {
    long nanos = Instant.now().getEpochSecond() * 1_000_000_000L;
    while (!stop.get()) {
      nanos += 1_000_000;
      assertThat(store.write(SharedQuestDb.rows("c", rows(host, nanos)))).isEqualTo(ALL);
      kept.incrementAndGet();
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static List<Row> rows(String host, long nanos) {
    return java.util.stream.IntStream.range(0, 8)
        .mapToObj(i -> {
          var row = new Row(Table.GPU, host, "GPU-" + i, nanos);
          Contract.columns(Table.GPU).forEach(column -> row.set(column, i));
          return row;
        })
        .toList();
  }

  @Test
  void keepsWhatComesWhileItStandsStill() throws Exception {
    try (SeriesStore store =
        SeriesStore.open(SharedQuestDb.patient(), folder, InstantSource.system())) {
      get(store.firstReady());
      long nanos = Instant.now().getEpochSecond() * 1_000_000_000L;
      signal("STOP", server(store).pid());
      try {
        assertThat(store.write(SharedQuestDb.rows("c", rows("node-1", nanos)))).isEqualTo(ALL);
        await(() -> !store.state().ready());
        assertThat(store.state().journalBytes()).isPositive();
      } finally {
        signal("CONT", server(store).pid());
      }
      get(store.flush());
      QuestDbQuery query = query(store);
      awaitApplied(query);
      assertThat(query.number("SELECT count() FROM gpu")).isEqualTo(8);
    }
  }

  @Test
  void keepsWhatComesWhileATableIsSuspended() throws Exception {
    try (SeriesStore store =
        SeriesStore.open(SharedQuestDb.patient(), folder, InstantSource.system())) {
      get(store.firstReady());
      QuestDbQuery query = query(store);
      long nanos = Instant.now().getEpochSecond() * 1_000_000_000L;
      var gpus = SharedQuestDb.rows("c", rows("node-1", nanos));
      var point = new io.lockstep.telemetry.rows.Point("m", "", "", "h", "", nanos, 1);

      // Resumed by itself at once, and again after each further pause.
      suspend(query);
      await(() -> store.state().suspended().containsKey("gpu"));
      assertThat(store.state().condition()).isEqualTo(StoreCondition.SUSPENDED);
      assertThat(store.state().ready()).isFalse();
      await(() -> store.state().suspended().isEmpty());
      assertThat(SharedQuestDb.write(store, gpus)).isEqualTo(ALL);

      suspend(query);
      await(() -> store.state().suspended().containsKey("gpu"));
      long stored = store.state().storedLines();
      assertThat(store.write(gpus)).isEqualTo(ALL);
      await(() -> store.state().reason().contains("suspended"));
      assertThat(store.write(SharedQuestDb.points("c", List.of(point)))).isEqualTo(ALL);
      assertThat(store.state().storedLines()).isEqualTo(stored);

      await(() -> store.state().ready());
      get(store.flush());
      awaitApplied(query);
      assertThat(query.number("SELECT count() FROM metric")).isOne();
      assertThat(query.number("SELECT count() FROM gpu")).isEqualTo(8);
    }
  }

  /// QuestDB lifts the suspension again while it is still applying what was written before.
  private static void suspend(QuestDbQuery query) throws Exception {
    awaitApplied(query);
    query.execute("ALTER TABLE gpu SUSPEND WAL");
  }

  /// A child that stands still does not hear that its collector has been killed.
  @Test
  void endsAChildThatAKilledCollectorLeftStandingStill() throws Exception {
    Process parent = storeParent();
    long orphan = child(parent);
    try {
      signal("STOP", orphan);
      parent.destroyForcibly().waitFor();
      try (SeriesStore next =
          SeriesStore.open(SharedQuestDb.patient(), folder, InstantSource.system())) {
        get(next.firstReady());
        assertThat(ProcessHandle.of(orphan).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(server(next).state().restarts()).isZero();
      }
    } finally {
      ProcessHandle.of(orphan).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void aChildThatAnswersNothingIsCalledHungUntilItAnswers() throws Exception {
    try (SeriesStore store =
        SeriesStore.open(SharedQuestDb.patient(), folder, InstantSource.system())) {
      get(store.firstReady());
      long first = server(store).pid();
      signal("STOP", first);
      await(() -> store.state().condition() == StoreCondition.HUNG);
      assertThat(store.state().reason()).contains("has answered nothing for");
      signal("CONT", first);
      await(() -> store.state().condition() == StoreCondition.READY);
      assertThat(server(store).pid()).isEqualTo(first);
    }
  }

  @Test
  void theOldestHourIsGivenUpWhileRoomIsShort() throws Exception {
    try (SeriesStore store =
        SeriesStore.open(SharedQuestDb.patient(), folder, InstantSource.system())) {
      get(store.firstReady());
      QuestDbQuery query = query(store);
      long hour = 3_600_000_000_000L;
      long now = Instant.now().getEpochSecond() * 1_000_000_000L;
      for (int ago = 2; ago >= 0; ago--) {
        var gpus = SharedQuestDb.rows("c", rows("node-1", now - ago * hour));
        assertThat(SharedQuestDb.write(store, gpus)).isEqualTo(ALL);
      }
      awaitApplied(query);
      var plenty = new Room(100, 50, false, false, 0);
      var little = new Room(40, 50, false, false, 0);

      assertThat(new OldestRows().keep(query, plenty)).isEqualTo(plenty);
      awaitApplied(query);
      assertThat(query.number("SELECT count() FROM gpu")).isEqualTo(24);

      var oldest = new OldestRows();
      Room after = oldest.keep(query, little);
      assertThat(after).isEqualTo(new Room(40, 50, false, false, 1));
      awaitApplied(query);
      assertThat(query.number("SELECT count() FROM gpu")).isEqualTo(16);
      assertThat(oldest.keep(query, after)).as("gives what was given up its time").isEqualTo(after);

      assertThat(new OldestRows().keep(query, after).dropped()).isEqualTo(2);
      awaitApplied(query);
      assertThat(query.number("SELECT count() FROM gpu")).isEqualTo(8);
      assertThat(new OldestRows().keep(query, little))
          .as("the hour that is being written stays")
          .isEqualTo(new Room(40, 50, false, true, 0));
      assertThat(query.number("SELECT count() FROM gpu")).isEqualTo(8);
    }
  }

  @Test
  void saysWhoHoldsTheDataFolder() throws Exception {
    QuestDbServer owner = server(SharedQuestDb.store());
    Path data = SharedQuestDb.data();
    byte[] settings = Files.readAllBytes(data.resolve("conf/server.conf"));
    try (var second =
        new QuestDbServer(
            QuestDbServer.Config.DEFAULT,
            ReadAccess.DEFAULT,
            data,
            QuestDbServer.ownClassPath(),
            InstantSource.system())) {
      second.start();

      assertThatThrownBy(() -> get(second.firstReady()))
          .rootCause()
          .hasMessageContaining(data.toString())
          .hasMessageContaining("in use by process " + owner.pid())
          .hasMessageContaining("choose another data folder");
    } finally {
      Files.write(data.resolve("conf/server.conf"), settings);
    }
  }

  @Test
  void neverOutlivesTheCollector() throws Exception {
    Process parent = storeParent();
    long child = 0;
    try {
      child = child(parent);
      ProcessHandle handle = ProcessHandle.of(child).orElseThrow();
      assertThat(handle.isAlive()).isTrue();

      parent.destroyForcibly();

      handle.onExit().get(SharedQuestDb.LONG.toSeconds(), TimeUnit.SECONDS);
      assertThat(ProcessHandle.of(child).filter(ProcessHandle::isAlive)).isEmpty();
    } finally {
      parent.destroyForcibly();
      ProcessHandle.of(child)
          .filter(_ -> parent.pid() != 0)
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /// A process with a store in the folder.
  private Process storeParent() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            StoreParent.class.getName(),
            folder.resolve("questdb").toString())
        .redirectErrorStream(true)
        .start();
  }

  /// The store's process, once it is ready.
  private static long child(Process parent) throws IOException {
    BufferedReader lines = parent.inputReader();
    while (true) {
      String line = lines.readLine();
      assertThat(line).as("what the parent says").isNotNull();
      if (line.startsWith("child ")) {
        return Long.parseLong(line.substring(6));
      }
    }
  }

  @Test
  void addsWhatANewerContractBrings() throws Exception {
    long nanos = Instant.now().getEpochSecond() * 1_000_000_000L;
    var config = SharedQuestDb.patient();
    long first;
    try (SeriesStore older = SeriesStore.open(config, folder, InstantSource.system())) {
      get(older.firstReady());
      first = server(older).pid();
      QuestDbQuery query = query(older);
      query.execute("DROP TABLE gpu_slow");
      query.execute(
          "CREATE TABLE gpu_slow (ts TIMESTAMP, cluster SYMBOL, host SYMBOL, subject SYMBOL,"
              + " pcie_generation INT) TIMESTAMP(ts) PARTITION BY HOUR TTL 3 DAYS WAL"
              + " DEDUP UPSERT KEYS(ts, cluster, host, subject)");
      query.execute("INSERT INTO gpu_slow VALUES(now(), 'older', 'node-1', 'GPU-1', 5)");
      awaitApplied(query);
    }
    assertThat(ProcessHandle.of(first)).isEmpty();
    var row = new Row(Table.GPU_SLOW, "node-1", "GPU-1", nanos);
    row.set(Contract.column(Table.GPU_SLOW, "pcie_generation"), 5L);
    row.set(Contract.column(Table.GPU_SLOW, "pcie_width"), 16L);
    try (SeriesStore newer = SeriesStore.open(config, folder, InstantSource.system())) {
      get(newer.firstReady());
      assertThat(SharedQuestDb.write(newer, SharedQuestDb.rows("newer", List.of(row))))
          .isEqualTo(ALL);
      QuestDbQuery query = query(newer);
      awaitApplied(query);

      assertThat(query.rows("SELECT * FROM gpu_slow ORDER BY cluster DESC"))
          .satisfiesExactly(
              before -> {
                assertThat(before).containsEntry("cluster", "older");
                assertThat(before).containsEntry("pcie_generation", 5L);
                assertThat(before.get("pcie_width")).isNull();
              },
              after -> assertThat(after).containsEntry("pcie_width", 16L));
      assertThat(query.rows("SELECT ttlValue, ttlUnit FROM tables() WHERE table_name = 'gpu_slow'"))
          .singleElement()
          .isEqualTo(Map.of("ttlValue", 1L, "ttlUnit", "WEEK"));
    }
  }

  @Test
  void makesATableAgainThatSomebodyDropped() throws Exception {
    QuestDbQuery query = query(SharedQuestDb.store());

    query.execute("DROP TABLE part");

    String sql = "SELECT count() FROM tables() WHERE table_name = 'part' AND dedup";
    assertThat(SharedQuestDb.awaitNumber(query, 1, sql)).isOne();
  }

  @Test
  void doesNotTouchAColumnOfAnotherType() throws Exception {
    QuestDbQuery query = query(SharedQuestDb.store());
    query.execute("ALTER TABLE host_slow ALTER COLUMN cpus TYPE DOUBLE");
    awaitApplied(query);
    try {
      assertThatThrownBy(() -> Schema.apply(query, SharedQuestDb.patient().questdb()))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "column host_slow.cpus is DOUBLE and must be INT; rename the table to keep its rows");
    } finally {
      query.execute("ALTER TABLE host_slow ALTER COLUMN cpus TYPE INT");
      awaitApplied(query);
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + SharedQuestDb.LONG.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("nothing happened").isLessThan(end);
      Thread.sleep(20);
    }
  }

  private static void signal(String name, long pid) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start();
    assertThat(kill.waitFor()).isZero();
  }
}
