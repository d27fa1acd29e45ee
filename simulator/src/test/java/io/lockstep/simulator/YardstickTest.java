package io.lockstep.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What a server of the yardstick sends.
class YardstickTest {
  private static final long NOW = 1_800_000_000_000_000_000L;
  private static final BatchId ID = new BatchId("node-1", 1, 0);

  private final Sender one = new Sender("node-1");

  /// A server, and its requests.
  private record Sender(YardstickServer server, Writing writing) {
    Sender(String host) {
      this(
          new YardstickServer(Yardstick.EVEN, host, 1),
          new OtlpWriting(Wire.OTLP, host, NOW - 1000 * Nanos.SECOND));
    }

    byte[] next(long timeNanos) {
      server.advance();
      return writing.body(server.samples(true), timeNanos).clone();
    }
  }

  static Batch read(BatchId id, byte[] body, long time) throws OtlpException {
    return new BatchReader(BatchReader.Limits.DEFAULT)
        .read("c", id.host()::equals, id.host(), Signal.METRICS, id, body, time);
  }

  static long values(Row row) {
    return Contract.columns(row.table()).stream().filter(row::has).count();
  }

  @Test
  void aSecondIsSixHundredValuesInRowsOfTheContract() throws OtlpException {
    Batch batch = read(ID, one.next(NOW), NOW);
    assertThat(batch.refused()).as(batch.reason()).isZero();
    assertThat(batch.points()).isEmpty();
    assertThat(values(batch, Table.GPU, Table.GPU_SLOW)).isEqualTo(8 * 45);
    assertThat(values(batch, Table.PORT)).isEqualTo(8 * 15);
    assertThat(values(batch, Table.HOST, Table.HOST_SLOW, Table.PART)).isEqualTo(120);
    assertThat(values(batch, Table.values())).isEqualTo(600);
  }

  private static long values(Batch batch, Table... tables) {
    return batch.rows().stream()
        .filter(row -> List.of(tables).contains(row.table()))
        .mapToLong(YardstickTest::values)
        .sum();
  }

  /// Of the tables of what changes slowly nothing comes but on whole tens of seconds.
  @Test
  void asAgentsDoTheSlowTablesComeEveryTenSeconds() throws OtlpException {
    var server = new YardstickServer(Yardstick.AGENT, "node-1", 1);
    long sent = 0;
    for (int second = 0; second < 20; second++) {
      long time = NOW + second * Nanos.SECOND;
      boolean whole = Yardstick.AGENT.whole(time);
      var writing = new OtlpWriting(Wire.OTLP, "node-1", NOW);
      Batch batch = read(ID, writing.body(server.samples(whole), time), time);
      assertThat(batch.refused()).as(batch.reason()).isZero();
      assertThat(values(batch, Table.GPU_SLOW, Table.HOST_SLOW, Table.PART) > 0).isEqualTo(whole);
      assertThat(values(batch, Table.GPU)).isEqualTo(8L * Contract.columns(Table.GPU).size());
      assertThat(whole).isEqualTo(second % 10 == 0);
      sent += values(batch, Table.values());
    }
    assertThat(Yardstick.AGENT.perSecond())
        .isCloseTo(sent / 20.0, within(0.01))
        .isBetween(450.0, 750.0);
    assertThat(Yardstick.AGENT.least(20)).isCloseTo((double) sent, within(0.01));
    assertThat(Yardstick.AGENT.least(9)).isLessThan(9 * Yardstick.AGENT.perSecond());
    assertThat(Yardstick.EVEN.least(9)).isCloseTo(5400, within(0.01));
    assertThat(Yardstick.EVEN.perSecond()).isCloseTo(600, within(0.01));
  }

  @Test
  void countersGoUpAndWhatIsMeasuredGoesToAndFro() {
    one.next(NOW);
    var before = List.copyOf(one.server().samples(true));
    one.next(NOW + Nanos.SECOND);
    var after = List.copyOf(one.server().samples(true));
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
    byte[] first = one.next(NOW);
    byte[] second = one.next(NOW + Nanos.SECOND);
    assertThat(second).hasSameSizeAs(first);
    assertThat(Arrays.mismatch(first, second)).isPositive();
  }

  @Test
  void twoServersSayDifferentThingsAndTheSameServerTheSame() {
    byte[] said = one.next(NOW);
    assertThat(new Sender("node-1").next(NOW)).isEqualTo(said);
    assertThat(new Sender("node-2").next(NOW)).isNotEqualTo(said);
  }

  /// A line for each row of the contract, and as many values.
  @Test
  void theSameValuesAreLinesOfInfluxDb() throws OtlpException {
    var writing = new LineWriting("node-1", one.server().places(true));
    one.server().advance();
    String text = new String(writing.body(one.server().samples(true), NOW), StandardCharsets.UTF_8);
    List<String> lines = text.lines().toList();
    assertThat(lines)
        .hasSize(read(ID, one.next(NOW), NOW).rows().size())
        .allMatch(line -> line.endsWith(" " + NOW / 1_000_000));
    assertThat(lines.getFirst()).startsWith("gpu,cluster=bench,host=node-1,subject=GPU-");
    assertThat(lines.getFirst()).contains(" utilization=0.9", ",state=1,");
    assertThat(lines.stream().mapToLong(line -> line.split(" ", -1)[1].split(",", -1).length).sum())
        .isEqualTo(600);
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
      one.next(NOW + second * Nanos.SECOND);
      for (Sample sample : one.server().samples(true)) {
        if (sample.isOf(temperature)) {
          assertThat(sample.value()).isBetween(40.0, 85.0);
        } else if (sample.isOf(health)) {
          assertThat(sample.value()).isEqualTo(1);
        }
      }
    }
  }
}
