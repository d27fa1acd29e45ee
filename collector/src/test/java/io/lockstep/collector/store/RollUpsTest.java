package io.lockstep.collector.store;

import static io.lockstep.collector.store.SharedQuestDb.awaitApplied;
import static io.lockstep.collector.store.SharedQuestDb.get;
import static io.lockstep.collector.store.SharedQuestDb.query;
import static io.lockstep.collector.store.SharedQuestDb.server;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Point;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against the real QuestDB.
class RollUpsTest {
  private static final StoreResult ALL = new StoreResult.Kept(0, "");
  private static final long SECOND = 1_000_000_000;
  private static final long MINUTE = RollUp.MINUTE.toNanos();

  @TempDir Path folder;

  /// What the clock of these tests is ahead, seconds.
  private final AtomicLong ahead = new AtomicLong();

  private final InstantSource clock = () -> Instant.now().plusSeconds(ahead.get());

  /// The begin of a minute that is long over.
  private final long minute =
      Instant.now().getEpochSecond() / 60 * 60 * 1_000_000_000L - 10 * MINUTE;

  @Test
  void aMinuteBecomesItsLeastMeanMostAndLast() throws Exception {
    try (SeriesStore store = open()) {
      write(store, "node-1", minute, 60, second -> 100 + second);
      write(store, "node-2", minute + MINUTE, 30, second -> 500);
      makeAll(store);

      assertThat(
              rows(
                  store,
                  "SELECT host, ts, samples, power_min, power_mean, power_max, power_last FROM gpu_1m"))
          .containsExactly(
              "[node-1, " + time(minute) + ", 60, 100.0, 129.5, 159.0, 159.0]",
              "[node-2, " + time(minute + MINUTE) + ", 30, 500.0, 500.0, 500.0, 500.0]");
    }
  }

  @Test
  void everyTableHasItsMinutes() throws Exception {
    try (SeriesStore store = open()) {
      var rows = new ArrayList<Row>();
      var steps = new ArrayList<Step>();
      for (Table table : RollUp.TABLES) {
        for (int second : new int[] {0, 20}) {
          Row row = row(table, "node-1", minute + second * SECOND);
          for (Column column : Contract.columns(table)) {
            row.set(column, 7L + second);
          }
          if (table == Table.RANK) {
            steps.add(new Step("llama", "2", 40 + second, 7, 512, 3, -1, "GPU-1", 0, row));
          } else if (table.wide()) {
            rows.add(row);
          }
        }
      }
      var points =
          List.of(
              new Point("m", "By", "{}", "node-1", "", minute, 1),
              new Point("m", "By", "{}", "node-1", "", minute + SECOND, 2));
      var batch = SharedQuestDb.batch("c", rows, points, List.of(), steps);
      assertThat(SharedQuestDb.write(store, batch)).isEqualTo(ALL);
      makeAll(store);

      for (Table table : RollUp.TABLES) {
        assertThat(query(store).rows("SELECT * FROM " + RollUp.name(table)))
            .as(RollUp.name(table))
            .singleElement()
            .satisfies(row -> assertThat(row).containsEntry("samples", 2L))
            .satisfies(row -> {
              for (Column column : Contract.columns(table)) {
                assertThat(
                        ((Number) Objects.requireNonNull(row.get(column.name() + "_last")))
                            .doubleValue())
                    .as(column.toString())
                    .isEqualTo(27);
              }
            });
      }
      assertThat(rows(store, "SELECT value_min, value_mean, value_max, unit FROM metric_1m"))
          .containsExactly("[1.0, 1.5, 2.0, By]");
      assertThat(
              rows(
                  store,
                  "SELECT job, attempt, subject, iteration_last, gpu, step_mean FROM rank_1m"))
          .containsExactly("[llama, 2, rank/7, 60, GPU-1, 17.0]");
      assertThat(rows(store, "SELECT health_min, health_max, memory_used_mean FROM gpu_1m"))
          .containsExactly("[7, 27, 17.0]");
      assertThat(query(store).rows("SHOW COLUMNS FROM gpu_1m"))
          .extracting(column -> column.get("column"))
          .contains("pcie_replays_last")
          .doesNotContain("pcie_replays_mean", "health_mean");
    }
  }

  @Test
  void whatNoRowHasIsNull() throws Exception {
    try (SeriesStore store = open()) {
      write(store, "node-1", minute, 2, second -> second);
      makeAll(store);

      assertThat(
              rows(
                  store,
                  "SELECT power_min, temperature_min, temperature_mean, ecc_corrected_last FROM gpu_1m"))
          .containsExactly("[0.0, null, null, null]");
    }
  }

  @Test
  void aMinuteIsMadeAnewWhenRowsOfItComeLate() throws Exception {
    try (SeriesStore store = open()) {
      write(store, "node-1", minute, 30, _ -> 100);
      write(store, "o'brien, the = \\ one", minute, 60, _ -> 100);
      makeAll(store);
      write(store, "node-1", minute, 60, second -> second < 30 ? 100 : 200);
      write(store, "o'brien, the = \\ one", minute, 61, _ -> 200);
      makeAll(store);

      assertThat(rows(store, "SELECT host, ts, samples, power_max FROM gpu_1m ORDER BY ts, host"))
          .containsExactly(
              "[node-1, " + time(minute) + ", 60, 200.0]",
              "[o'brien, the = \\ one, " + time(minute) + ", 60, 200.0]",
              "[o'brien, the = \\ one, " + time(minute + MINUTE) + ", 1, 200.0]");
    }
  }

  @Test
  void aMinuteWhoseOtherRowsWereGivenUpStaysAsItIs() throws Exception {
    long old = minute - 120 * MINUTE;
    try (SeriesStore store = open()) {
      write(store, "node-1", old, 60, _ -> 100);
      write(store, "node-1", minute, 60, _ -> 100);
      makeAll(store);
      Room little = new Room(40, 50, false, false, 0);
      assertThat(new OldestRows().keep(query(store), little).dropped()).isOne();
      awaitApplied(query(store));
      write(store, "node-1", old + 5 * SECOND, 1, _ -> 900);
      makeAll(store);

      assertThat(rows(store, "SELECT ts, samples, power_max FROM gpu_1m"))
          .containsExactly("[" + time(old) + ", 60, 100.0]", "[" + time(minute) + ", 60, 100.0]");
      assertThat(rollUps(store).state().kept()).isOne();
    }
  }

  @Test
  void whatWasNotMadeIsMadeAfterTheNextStart() throws Exception {
    try (SeriesStore store = open()) {
      write(store, "node-1", minute, 60, _ -> 100);
      assertThat(rollUps(store).state().waiting()).isOne();
    }
    try (SeriesStore store = open()) {
      assertThat(rollUps(store).state().waiting()).isOne();
      makeAll(store);
      assertThat(rows(store, "SELECT ts, samples FROM gpu_1m"))
          .containsExactly("[" + time(minute) + ", 60]");
    }
  }

  @Test
  void minutesOfBeforeThereWereRollUpsAreMade() throws Exception {
    try (SeriesStore store = open()) {
      write(store, "node-1", minute - 3 * MINUTE, 240, _ -> 100);
      query(store).execute("DROP TABLE gpu_1m");
    }
    Files.delete(folder.resolve("rollups"));
    try (SeriesStore store = open()) {
      String count = "SELECT count() FROM gpu_1m WHERE samples = 60";
      assertThat(SharedQuestDb.awaitNumber(query(store), 4, count)).isEqualTo(4);
    }
  }

  @Test
  void killsOfTheStoreLeaveNoMinuteWrong() throws Exception {
    try (SeriesStore store = open()) {
      for (int kill = 0; kill < 3; kill++) {
        for (int i = 0; i < 10; i++) {
          write(store, "node-" + i, minute - 30 * MINUTE, 1800, second -> second % 60);
        }
        ahead.addAndGet(60);
        long made = rollUps(store).state().made();
        await(() -> rollUps(store).state().made() > made);
        long pid = server(store).pid();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        await(() -> store.query() != null && server(store).pid() != pid);
      }
      makeAll(store);

      assertThat(
              rows(
                  store,
                  "SELECT count(), min(samples), max(samples), min(power_mean), max(power_mean) FROM gpu_1m"))
          .containsExactly("[300, 60, 60, 29.5, 29.5]");
    }
  }

  @Test
  void aSuspendedTableOfMinutesHoldsNothingBackAndCatchesUp() throws Exception {
    try (SeriesStore store = open()) {
      QuestDbQuery query = query(store);
      query.execute("ALTER TABLE gpu_1m SUSPEND WAL");
      write(store, "node-1", minute, 60, _ -> 100);
      assertThat(store.state().ready()).isTrue();
      makeAll(store);

      String count = "SELECT count() FROM gpu_1m";
      assertThat(SharedQuestDb.awaitNumber(query, 1, count)).isOne();
    }
  }

  @Test
  void aColumnThatComesLaterIsAdded() throws Exception {
    try (SeriesStore store = open()) {
      write(store, "node-1", minute, 60, _ -> 100);
      makeAll(store);
      query(store).execute("ALTER TABLE gpu_1m DROP COLUMN power_max");
      awaitApplied(query(store));
    }
    try (SeriesStore store = open()) {
      write(store, "node-1", minute + MINUTE, 60, _ -> 200);
      makeAll(store);
      assertThat(rows(store, "SELECT power_min, power_max FROM gpu_1m"))
          .containsExactly("[100.0, null]", "[200.0, 200.0]");
    }
  }

  /// When the disk is short of room.
  @Test
  void rowsAsTheyCameAreGivenUpBeforeTheirMinutes() throws Exception {
    try (SeriesStore store = open()) {
      write(store, "node-1", minute - 48 * 60 * MINUTE, 60, _ -> 100);
      write(store, "node-1", minute, 60, _ -> 100);
      makeAll(store);
      Room little = new Room(40, 50, false, false, 0);

      assertThat(new OldestRows().keep(query(store), little).dropped()).isOne();
      awaitApplied(query(store));
      assertThat(rows(store, "SELECT count() FROM gpu")).containsExactly("[60]");
      assertThat(rows(store, "SELECT count() FROM gpu_1m")).containsExactly("[2]");

      assertThat(new OldestRows().keep(query(store), little).dropped()).isOne();
      awaitApplied(query(store));
      assertThat(rows(store, "SELECT count() FROM gpu")).containsExactly("[60]");
      assertThat(rows(store, "SELECT count() FROM gpu_1m")).containsExactly("[1]");

      assertThat(new OldestRows().keep(query(store), little).exhausted()).isTrue();
      assertThat(rows(store, "SELECT count() FROM gpu_1m")).containsExactly("[1]");
    }
  }

  private SeriesStore open() throws Exception {
    SeriesStore store = SeriesStore.open(SharedQuestDb.patient(), folder, clock);
    get(store.firstReady());
    await(() -> rollUps(store).known());
    return store;
  }

  /// Rows of a GPU, one a second.
  private static void write(
      SeriesStore store, String host, long from, int seconds, IntToDoubleFunction power)
      throws Exception {
    Column column = Contract.column(Table.GPU, "power");
    var rows = new ArrayList<Row>();
    for (int second = 0; second < seconds; second++) {
      Row row = row(Table.GPU, host, from + second * SECOND);
      row.set(column, power.applyAsDouble(second));
      rows.add(row);
    }
    assertThat(SharedQuestDb.write(store, SharedQuestDb.rows("c", rows))).isEqualTo(ALL);
  }

  /// A minute waits until no row of it has come for some time.
  private void makeAll(SeriesStore store) throws Exception {
    ahead.addAndGet(60);
    await(() -> rollUps(store).state().waiting() == 0);
    awaitApplied(query(store));
  }

  private static Row row(Table table, String host, long nanos) {
    return new Row(table, host, table == Table.RANK ? "rank/7" : "GPU-1", nanos);
  }

  private static RollUps rollUps(SeriesStore store) {
    return Objects.requireNonNull(store.rollUps());
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + SharedQuestDb.LONG.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("nothing happened").isLessThan(end);
      Thread.sleep(50);
    }
  }

  /// Each row's values, as text.
  private static List<String> rows(SeriesStore store, String sql) throws Exception {
    return query(store).rows(sql).stream().map(row -> row.values().toString()).toList();
  }

  private static String time(long nanos) {
    return Instant.ofEpochSecond(nanos / 1_000_000_000).toString().replace("Z", ".000000Z");
  }
}
