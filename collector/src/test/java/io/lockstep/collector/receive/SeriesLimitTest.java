package io.lockstep.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.Point;
import io.lockstep.telemetry.rows.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesLimitTest {
  private static final long HOUR = Duration.ofHours(1).toNanos();
  private static final long NOW = 1_800_000_000_000_000_000L;

  private static SeriesLimit limit(int hostMax, int max) {
    return new SeriesLimit(
        new SeriesLimit.Config(hostMax, max, Duration.ofHours(1)), new Random(1));
  }

  private static Point point(String host, String metric, String attributes) {
    return new Point(metric, "1", attributes, host, "web", NOW, 1);
  }

  private static Batch batch(List<Point> points) {
    return new Batch("here", null, List.of(), points, List.of(), List.of(), 0, "");
  }

  /// Points of one metric whose request_id has these values.
  private static Batch requests(String host, int from, int to) {
    List<Point> points = new ArrayList<>();
    for (int i = from; i < to; i++) {
      points.add(
          point(
              host,
              "http.requests",
              "{\"method\":\"GET\",\"request_id\":\"r-%d\",\"zone\":\"z \\\"%d\\\"\"}"
                  .formatted(i, i % 3)));
    }
    return batch(points);
  }

  @Test
  void refusesWhatIsBeyondAHostsBoundAndNamesTheAttributeThatExploded() {
    var limit = limit(1_000, 10_000);
    Batch taken = limit.bound("a", requests("gpu-1", 0, 990), NOW);
    assertThat(taken.refused()).isZero();
    Batch cut = limit.bound("a", requests("gpu-1", 980, 1_100), NOW);
    assertThat(cut.points()).hasSize(20);
    assertThat(cut.refused()).isEqualTo(100);
    assertThat(cut.reason())
        .startsWith("host gpu-1 has 1000 series, as many as it may (series.host_max)")
        .contains("attribute request_id of http.requests has about ");
    assertThat(limit.state()).isEqualTo(new SeriesLimit.State(1_000, 1, 100));
  }

  @Test
  void aMillionValuesOfOneHostHarmOnlyThatHost() {
    var limit = limit(20_000, 1_000_000);
    Batch well = requests("gpu-2", 0, 100);
    assertThat(limit.bound("b", well, NOW)).isSameAs(well);
    long refused = 0;
    for (int i = 0; i < 1_000_000; i += 1_000) {
      Batch cut = limit.bound("a", requests("gpu-1", i, i + 1_000), NOW + i);
      refused += cut.refused();
      assertThat(cut.points().size() + cut.refused()).isEqualTo(1_000);
      if (i % 100_000 == 0) {
        assertThat(limit.bound("b", well, NOW + i)).isSameAs(well);
        Batch more = requests("gpu-3", i, i + 100);
        assertThat(limit.bound("b", more, NOW + i)).isSameAs(more);
      }
    }
    assertThat(refused).isEqualTo(980_000);
    assertThat(limit.state().series()).isEqualTo(20_000 + 100 + 1_000);
    // What it has had before goes on.
    Batch known = requests("gpu-1", 0, 20_000);
    assertThat(limit.bound("a", known, NOW)).isSameAs(known);
  }

  @Test
  void aSenderThatMakesUpHostsLeavesRoomForOthers() {
    var limit = limit(1_000, 20_000);
    Batch last = batch(List.of());
    for (int host = 0; host < 5_000; host++) {
      last = limit.bound("liar", requests("host-" + host, 0, 10), NOW);
    }
    assertThat(last.refused()).isEqualTo(10);
    assertThat(last.reason()).contains("sender liar has", "series.max", "host.name has about");
    assertThat(limit.state().hosts()).isLessThanOrEqualTo(20_000 / 16 * 4 / 5 + 1);
    Batch other = requests("gpu-1", 0, 900);
    assertThat(limit.bound("honest", other, NOW)).isSameAs(other);
  }

  @Test
  void aSenderOfManyHostsHasFourFifths() {
    var limit = limit(1_000, 20_000);
    for (int host = 0; host < 100; host++) {
      limit.bound("gateway", requests("host-" + host, 0, 1_000), NOW);
    }
    assertThat(limit.state().series()).isEqualTo(16_000);
    Batch other = requests("gpu-1", 0, 900);
    assertThat(limit.bound("honest", other, NOW)).isSameAs(other);
  }

  @Test
  void namesMetricsWhenTheirNamesExplode() {
    var limit = limit(1_000, 10_000);
    Batch last = batch(List.of());
    for (int i = 0; i < 2_000; i++) {
      last = limit.bound("a", batch(List.of(point("h", "metric." + i, "{}"))), NOW);
    }
    assertThat(last.reason()).contains("the name of metrics has about");
  }

  @Test
  void whatIsNotHeardForAnHourMakesRoom() {
    var limit = limit(1_000, 10_000);
    limit.bound("a", requests("h", 0, 1_000), NOW);
    assertThat(limit.bound("a", requests("h", 1_000, 1_010), NOW).refused()).isEqualTo(10);
    // Half of them is heard on.
    for (long time = NOW; time < NOW + 3 * HOUR; time += HOUR / 12) {
      assertThat(limit.bound("a", requests("h", 0, 500), time).refused()).isZero();
    }
    assertThat(limit.state().series()).isEqualTo(500);
    assertThat(limit.bound("a", requests("h", 1_000, 1_010), NOW + 3 * HOUR).refused()).isZero();
    limit.bound("b", requests("other", 0, 1), NOW + 400 * HOUR);
    assertThat(limit.state()).isEqualTo(new SeriesLimit.State(1, 1, 10));
  }

  @Test
  void countsADistributionOnce() {
    var limit = limit(1_000, 10_000);
    limit.bound("a", requests("h", 0, 1_000), NOW);
    var parts =
        List.of(
            point("h", "time.count", "{}"),
            point("h", "time.sum", "{}"),
            point("h", "time.bucket", "{\"le\":\"1.0\"}"),
            point("h", "time.bucket", "{\"le\":\"+Inf\"}"),
            point("h", "other", "{}"));
    Batch cut = limit.bound("a", batch(parts), NOW);
    assertThat(cut.points()).isEmpty();
    assertThat(cut.refused()).isEqualTo(2);
  }

  @Test
  void boundsTheSubjectsOfAgentsToo() {
    var limit = limit(1_000, 10_000);
    List<Row> rows = new ArrayList<>();
    var columns = Contract.columns(Table.GPU).subList(0, 3);
    for (int i = 0; i < 1_100; i++) {
      var row = new Row(Table.GPU, "gpu-1", "GPU-" + i, NOW);
      columns.forEach(column -> row.set(column, 1L));
      rows.add(row);
    }
    var id = new BatchId("gpu-1", 1, 1);
    var batch = new Batch("here", id, rows, List.of(), List.of(), List.of(), 7, "too old");
    Batch cut = limit.bound("a", batch, NOW);
    assertThat(cut.rows()).hasSize(1_000);
    assertThat(cut.refused()).isEqualTo(7 + 300);
    assertThat(cut.reason()).contains("attribute subject of gpu");
    // Without an id they are for the window only, which has bounds of its own.
    var anonymous = new Batch("here", null, rows, List.of(), List.of(), List.of(), 0, "");
    assertThat(limit.bound("b", anonymous, NOW)).isSameAs(anonymous);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theTableIsASetWhatever(long seed) {
    var random = new Random(seed);
    List<String> forgotten = new ArrayList<>();
    var table = new SeriesTable<String>(3, forgotten::add);
    Set<Long> naive = new HashSet<>();
    table.advance(0);
    for (int i = 0; i < 50_000; i++) {
      // Neighbours in one place, too.
      long key = random.nextInt(4) == 0 ? random.nextInt(10_000) * 1_024L : random.nextLong();
      assertThat(table.hear(key)).isEqualTo(naive.contains(key));
      if (naive.add(key)) {
        table.add(key, "x");
      }
    }
    assertThat(table.size()).isEqualTo(naive.size());
    table.advance(3);
    assertThat(naive).allMatch(table::hear);
    table.advance(7);
    assertThat(table.size()).isZero();
    assertThat(forgotten).hasSize(naive.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100, 1_000, 50_000, 1_000_000})
  void estimatesHowManyThereAre(int values) {
    var hashes = new SeriesKey(new Random(4));
    var distinct = new Distinct();
    for (int i = 0; i < values; i++) {
      distinct.add(hashes.of("value-" + i));
      distinct.add(hashes.of("value-" + i));
    }
    assertThat((double) distinct.estimate()).isBetween(0.8 * values, 1.25 * values);
  }
}
