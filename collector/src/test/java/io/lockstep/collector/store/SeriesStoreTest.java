package io.lockstep.collector.store;

import static io.lockstep.collector.store.SharedQuestDb.awaitApplied;
import static io.lockstep.collector.store.SharedQuestDb.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.Point;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesStoreTest {
  private static final StoreResult ALL = new StoreResult.Kept(0, "");

  /// Now, for rows older than the retention would vanish; to the microsecond, as QuestDB keeps it.
  private final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);

  private final long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
  private String cluster = "";
  private SeriesStore store;
  private QuestDbQuery query;

  @BeforeEach
  void open(TestInfo test) throws Exception {
    cluster = test.getTestMethod().orElseThrow().getName() + test.getDisplayName().hashCode();
    store = SharedQuestDb.store();
    query = SharedQuestDb.query(store);
  }

  @ParameterizedTest
  @EnumSource(
      value = Table.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"METRIC", "EVENT", "RANK"})
  void keepsEveryColumnOfEveryWideTable(Table table) throws Exception {
    Row row = fullRow(table, "node-1", "subject-1");

    assertThat(write(store, SharedQuestDb.rows(cluster, List.of(row)))).isEqualTo(ALL);

    Map<String, @Nullable Object> read = onlyRow(table);
    assertThat(read)
        .containsEntry("ts", now.toString().replaceFirst("(\\.\\d{6})?Z", "$1Z"))
        .containsEntry("host", "node-1")
        .containsEntry("subject", "subject-1");
    for (Column column : Contract.columns(table)) {
      assertThat(((Number) Objects.requireNonNull(read.get(column.name()))).doubleValue())
          .as(column.toString())
          .isEqualTo(stored(column, row));
    }
  }

  @Test
  void keepsAnAbsentValueAsNull() throws Exception {
    var row = new Row(Table.GPU, "node-1", "GPU-1", nanos);
    row.set(Contract.column(Table.GPU, "power"), 250.5);
    row.set(Contract.column(Table.GPU, "temperature"), Double.NaN);

    write(store, SharedQuestDb.rows(cluster, List.of(row)));

    Map<String, @Nullable Object> read = onlyRow(Table.GPU);
    assertThat(read).containsEntry("power", 250.5);
    assertThat(read.get("temperature")).isNull();
    assertThat(read.get("utilization")).isNull();
  }

  @Test
  void keepsWholeNumbersExactTo64Bits() throws Exception {
    var row = new Row(Table.PORT, "node-1", "mlx5_0/1", nanos);
    row.set(Contract.column(Table.PORT, "received"), Long.MAX_VALUE - 1);
    row.set(Contract.column(Table.PORT, "symbol_error"), 0L);

    write(store, SharedQuestDb.rows(cluster, List.of(row)));

    assertThat(onlyRow(Table.PORT))
        .containsEntry("received", Long.MAX_VALUE - 1)
        .containsEntry("symbol_error", 0L);
  }

  @Test
  void keepsAStepWithWhoItIs() throws Exception {
    Row row = fullRow(Table.RANK, "node-1", "rank/7");
    var step = new Step("llama", "2", 41, 7, 512, 3, -1, "GPU-1", nanos, row);
    var silent = new Row(Table.RANK, "node-1", "rank/8", nanos);
    var other = new Step("llama", "2", 41, 8, 0, -1, -1, "", nanos, silent);

    write(store, steps(step, other));

    awaitApplied(query);
    assertThat(query.rows("SELECT * FROM rank WHERE cluster = '" + cluster + "' ORDER BY subject"))
        .satisfiesExactly(
            read -> {
              assertThat(read)
                  .containsEntry("job", "llama")
                  .containsEntry("attempt", "2")
                  .containsEntry("iteration", 41L)
                  .containsEntry("world_size", 512L)
                  .containsEntry("pipeline_stage", 3L)
                  .containsEntry("gpu", "GPU-1")
                  .containsEntry("tokens", row.longValue(Contract.column(Table.RANK, "tokens")));
              assertThat(read.get("expert_group")).isNull();
            },
            read -> {
              assertThat(read).containsEntry("subject", "rank/8").containsEntry("iteration", 41L);
              assertThat(read.get("world_size")).isNull();
              assertThat(read.get("gpu")).isNull();
            });
  }

  @Test
  void keepsPointsAndEvents() throws Exception {
    var point =
        new Point("http.requests", "{request}", "{\"route\":\"/\"}", "web", "shop", nanos, 2.5);
    var event =
        new Event(
            "id-1",
            nanos,
            "node-1",
            "",
            "lockstep.network.link.down",
            13,
            "mlx5_0/1",
            "port\ndown",
            Map.of("b", "2", "a", "1\n\"x\""));

    write(
        store, SharedQuestDb.batch(cluster, List.of(), List.of(point), List.of(event), List.of()));

    assertThat(onlyRow(Table.METRIC))
        .containsEntry("host", "web")
        .containsEntry("service", "shop")
        .containsEntry("metric", "http.requests")
        .containsEntry("unit", "{request}")
        .containsEntry("attributes", "{\"route\":\"/\"}")
        .containsEntry("value", 2.5);
    assertThat(onlyRow(Table.EVENT))
        .containsEntry("id", "id-1")
        .containsEntry("name", "lockstep.network.link.down")
        .containsEntry("subject", "mlx5_0/1")
        .containsEntry("severity", 13L)
        .containsEntry("body", "port\ndown")
        .containsEntry("attributes", "{\"a\":\"1\\n\\\"x\\\"\",\"b\":\"2\"}");
  }

  @Test
  void writesWideRowsOnlyOfBatchesWithAnId() throws Exception {
    Row row = fullRow(Table.HOST, "node-1", "host");
    var point = new Point("system.cpu.load_1m", "1", "{}", "node-1", "", nanos, 1);

    write(
        store, new Batch(cluster, null, List.of(row), List.of(point), List.of(), List.of(), 0, ""));

    assertThat(count(Table.HOST)).isZero();
    assertThat(count(Table.METRIC)).isOne();
  }

  @Test
  void keepsWhatComesTwiceOnce() throws Exception {
    var events = new ArrayList<Event>();
    var points = new ArrayList<Point>();
    var rows = new ArrayList<Row>();
    var steps = new ArrayList<Step>();
    for (int i = 0; i < 50; i++) {
      rows.add(fullRow(Table.GPU, "node-" + i % 5, "GPU-" + i));
      events.add(new Event("e" + i, nanos, "node-1", "", "", 0, "", "", Map.of("i", "1")));
      points.add(new Point("m" + i, "", "", "", "", nanos, i));
      steps.add(
          new Step("job", "0", 1, i, 0, -1, -1, "", nanos, fullRow(Table.RANK, "n", "rank/" + i)));
    }
    Batch batch = SharedQuestDb.batch(cluster, rows, points, events, steps);

    for (int i = 0; i < 3; i++) {
      assertThat(write(store, batch)).isEqualTo(ALL);
    }

    for (Table table : List.of(Table.GPU, Table.EVENT, Table.METRIC, Table.RANK)) {
      assertThat(count(table)).as(table.tableName()).isEqualTo(50);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void keepsAnyTextAsItIs(long seed) throws Exception {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    var points = new ArrayList<Point>();
    var events = new ArrayList<Event>();
    for (int i = 0; i < 300; i++) {
      String tag = text(random, false) + i;
      points.add(
          new Point("m" + i, text(random, false), tag, "h" + i, text(random, false), nanos, i));
      events.add(
          new Event(
              "id" + i + text(random, true),
              nanos,
              "h" + i,
              "",
              "",
              0,
              "",
              text(random, true) + "x",
              Map.of()));
    }

    Batch batch = SharedQuestDb.batch(cluster, List.of(), points, events, List.of());
    assertThat(write(store, batch)).isEqualTo(ALL);

    awaitApplied(query);
    for (Map<String, ?> read : select(Table.METRIC)) {
      Point point = points.get(Integer.parseInt(String.valueOf(read.get("metric")).substring(1)));
      assertThat(read.get("attributes")).isEqualTo(point.attributes());
      assertThat(read.get("unit")).isEqualTo(point.unit().isEmpty() ? null : point.unit());
      assertThat(read.get("service")).isEqualTo(point.service().isEmpty() ? null : point.service());
    }
    for (Map<String, ?> read : select(Table.EVENT)) {
      Event event = events.get(Integer.parseInt(String.valueOf(read.get("host")).substring(1)));
      assertThat(read.get("id")).isEqualTo(event.id());
      assertThat(read.get("body")).isEqualTo(event.body());
    }
    assertThat(select(Table.METRIC)).hasSize(300);
    assertThat(select(Table.EVENT)).hasSize(300);
  }

  @Test
  void refusesAKeyThatWouldBeALineOfItsOwnAndKeepsItsNeighbours() throws Exception {
    String evil = "x\rrank,cluster=evil,host=h,subject=s iteration=1i 1\n";
    var points =
        List.of(
            new Point("good", "", "", "a", "", nanos, 1),
            new Point("bad", "", "", evil, "", nanos, 1),
            new Point("good", "", "", "b", "", nanos, 1));

    StoreResult result = write(store, SharedQuestDb.points(cluster, points));

    assertThat(result)
        .isEqualTo(new StoreResult.Kept(1, "metric: host holds the control character 13"));
    assertThat(count(Table.METRIC)).isEqualTo(2);
    assertThat(query.number("SELECT count() FROM rank WHERE cluster = 'evil'")).isZero();
  }

  private static String text(RandomGenerator random, boolean anything) {
    String alphabet = "ab ,=\\\"'{}é☃😀$;" + (anything ? "\n\t\r\u0001" : "");
    var out = new StringBuilder();
    int[] characters = alphabet.codePoints().toArray();
    for (int length = random.nextInt(12); length > 0; length--) {
      out.appendCodePoint(characters[random.nextInt(characters.length)]);
    }
    return out.toString();
  }

  private Batch steps(Step... steps) {
    return SharedQuestDb.batch(cluster, List.of(), List.of(), List.of(), List.of(steps));
  }

  private Row fullRow(Table table, String host, String subject) {
    var row = new Row(table, host, subject, nanos);
    for (Column column : Contract.columns(table)) {
      switch (column.type()) {
        case FLOAT -> row.set(column, 0.1 + column.index());
        case DOUBLE -> row.set(column, 1e15 / 3 + column.index());
        case INT -> row.set(column, Integer.MAX_VALUE - (long) column.index());
        case LONG -> row.set(column, Long.MAX_VALUE - column.index());
      }
    }
    return row;
  }

  private static double stored(Column column, Row row) {
    double value = row.value(column);
    return column.type() == Column.Type.FLOAT
        ? Double.parseDouble(Float.toString((float) value))
        : value;
  }

  private Map<String, @Nullable Object> onlyRow(Table table) throws Exception {
    awaitApplied(query);
    List<Map<String, @Nullable Object>> rows = select(table);
    assertThat(rows).hasSize(1);
    return rows.getFirst();
  }

  private List<Map<String, @Nullable Object>> select(Table table) throws Exception {
    return query.rows("SELECT * FROM " + table.tableName() + " WHERE cluster = '" + cluster + "'");
  }

  private long count(Table table) throws Exception {
    awaitApplied(query);
    return query.number(
        "SELECT count() FROM " + table.tableName() + " WHERE cluster = '" + cluster + "'");
  }
}
