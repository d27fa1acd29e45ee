package io.lockstep.collector.store;

import static io.lockstep.collector.store.SharedQuestDb.awaitApplied;
import static io.lockstep.collector.store.SharedQuestDb.get;
import static io.lockstep.collector.store.SharedQuestDb.query;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Row;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against the real QuestDB.
class RollUpsTest {
  private static final StoreResult ALL = new StoreResult.Kept(0, "");
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

  private SeriesStore open() throws Exception {
    SeriesStore store = SeriesStore.open(SharedQuestDb.patient(), folder, clock);
    get(store.firstReady());
    return store;
  }

  /// Rows of a GPU, one a second.
  private static void write(
      SeriesStore store, String host, long from, int seconds, IntToDoubleFunction power)
      throws Exception {
    Column column = Contract.column(Table.GPU, "power");
    var rows = new ArrayList<Row>();
    for (int second = 0; second < seconds; second++) {
      var row = new Row(Table.GPU, host, "GPU-1", from + second * 1_000_000_000L);
      row.set(column, power.applyAsDouble(second));
      rows.add(row);
    }
    assertThat(SharedQuestDb.write(store, SharedQuestDb.rows("c", rows))).isEqualTo(ALL);
  }

  /// A minute waits until no row of it has come for some time.
  private void makeAll(SeriesStore store) throws Exception {
    ahead.addAndGet(60);
    RollUps rollUps = Objects.requireNonNull(store.rollUps());
    long end = System.nanoTime() + SharedQuestDb.LONG.toNanos();
    while (rollUps.state().waiting() > 0) {
      assertThat(System.nanoTime()).as(rollUps.state().toString()).isLessThan(end);
      Thread.sleep(50);
    }
    awaitApplied(query(store));
  }

  /// Each row's values, as text.
  private static List<String> rows(SeriesStore store, String sql) throws Exception {
    return query(store).rows(sql).stream().map(row -> row.values().toString()).toList();
  }

  private static String time(long nanos) {
    return Instant.ofEpochSecond(nanos / 1_000_000_000).toString().replace("Z", ".000000Z");
  }
}
