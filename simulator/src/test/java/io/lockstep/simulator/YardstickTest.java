package io.lockstep.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.Sample;
import io.lockstep.telemetry.otlp.Signal;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.BatchReader;
import io.lockstep.telemetry.rows.Row;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What a server of the yardstick sends.
class YardstickTest {
  private static final long NOW = 1_800_000_000_000_000_000L;
  private static final BatchId ID = new BatchId("node-1", 1, 0);

  private final YardstickServer server =
      new YardstickServer("node-1", 1, NOW - 86_400 * Nanos.SECOND);

  static Batch read(BatchId id, byte[] body, long time) throws OtlpException {
    return new BatchReader(BatchReader.Limits.DEFAULT)
        .read("c", id.host()::equals, id.host(), Signal.METRICS, id, body, time);
  }

  static long values(Row row) {
    return Contract.columns(row.table()).stream().filter(row::has).count();
  }

  @Test
  void aSecondIsSixHundredValuesInRowsOfTheContract() throws OtlpException {
    Batch batch = read(ID, server.next(NOW), NOW);
    assertThat(batch.refused()).as(batch.reason()).isZero();
    assertThat(batch.points()).isEmpty();
    assertThat(values(batch, Table.GPU, Table.GPU_SLOW)).isEqualTo(8 * 45);
    assertThat(values(batch, Table.PORT)).isEqualTo(8 * 15);
    assertThat(values(batch, Table.HOST, Table.HOST_SLOW, Table.PART)).isEqualTo(120);
    assertThat(values(batch, Table.values())).isEqualTo(Senders.values());
  }

  private static long values(Batch batch, Table... tables) {
    return batch.rows().stream()
        .filter(row -> List.of(tables).contains(row.table()))
        .mapToLong(YardstickTest::values)
        .sum();
  }

  @Test
  void countersGoUpAndWhatIsMeasuredGoesToAndFro() {
    server.next(NOW);
    List<Sample> before = server.samples();
    server.next(NOW + Nanos.SECOND);
    List<Sample> after = server.samples();
    int changed = 0;
    for (int i = 0; i < before.size(); i++) {
      var kind = before.get(i).metric().kind();
      changed += before.get(i).bits() == after.get(i).bits() ? 0 : 1;
      if (kind == Metric.Kind.COUNTER) {
        assertThat(after.get(i).value())
            .as(before.get(i).metric().name())
            .isGreaterThanOrEqualTo(before.get(i).value());
      }
    }
    assertThat(changed).isBetween(200, 400);
  }

  @Test
  void onlyTimesAndValuesDifferFromSecondToSecond() {
    byte[] first = server.next(NOW).clone();
    byte[] second = server.next(NOW + Nanos.SECOND);
    assertThat(second).hasSameSizeAs(first);
    assertThat(Arrays.mismatch(first, second)).isPositive();
  }

  @Test
  void twoServersSayDifferentThingsAndTheSameServerTheSame() {
    byte[] one = server.next(NOW).clone();
    var again = new YardstickServer("node-1", 1, NOW - 86_400 * Nanos.SECOND);
    var other = new YardstickServer("node-2", 1, NOW - 86_400 * Nanos.SECOND);
    assertThat(again.next(NOW)).isEqualTo(one);
    assertThat(other.next(NOW)).isNotEqualTo(one);
  }

  @Test
  void everyMovementIsOfAColumnOfTheContract() {
    var columns =
        Arrays.stream(Table.values())
            .flatMap(table -> Contract.columns(table).stream())
            .map(Objects::toString)
            .collect(Collectors.toSet());
    assertThat(columns).containsAll(Movements.columns().toList());
  }

  /// A load that alarms would measure something else.
  @Test
  void valuesStayWhereAHealthyServersAre() {
    var temperature = Contract.column(Table.GPU, "temperature");
    var health = Contract.column(Table.GPU, "state");
    for (int second = 0; second < 600; second++) {
      server.next(NOW + second * Nanos.SECOND);
      for (Sample sample : server.samples()) {
        if (sample.isOf(temperature)) {
          assertThat(sample.value()).isBetween(40.0, 85.0);
        } else if (sample.isOf(health)) {
          assertThat(sample.value()).isEqualTo(1);
        }
      }
    }
  }
}
