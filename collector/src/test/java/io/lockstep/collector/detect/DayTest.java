package io.lockstep.collector.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.window.Batches;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rules.RuleTable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DayTest {
  private static final Column TEMPERATURE = Contract.column(Table.GPU, "temperature");
  private static final Column SYMBOLS = Contract.column(Table.PORT, "symbol_error");
  private static final Column UP = Contract.column(Table.PORT, "up");
  private static final long MINUTE = 60 * Batches.SECOND;

  private final Window window = new Window("c");
  private long number;

  @Test
  void anHourAndMoreIsToldWithItsHours() {
    minutes(0, 95);
    Map<String, Double> evidence = new LinkedHashMap<>();
    Day.addTo(evidence, "temperature_celsius", window, TEMPERATURE, 0, 1);
    Day.addTo(evidence, "symbol_error", window, SYMBOLS, 0, 1);
    assertThat(evidence)
        .containsEntry("day_mean_temperature_celsius", (0 + 89) / 2.0)
        .containsEntry("day_most_temperature_celsius", 89.0)
        .containsEntry("day_symbol_error", 89.0)
        .containsEntry("day_hours", 1.5);
  }

  @Test
  void lessThanAnHourIsNotTold() {
    minutes(0, 50);
    Map<String, Double> evidence = new LinkedHashMap<>();
    Day.addTo(evidence, "temperature_celsius", window, TEMPERATURE, 0, 1);
    Day.addTo(evidence, "temperature_celsius", window, TEMPERATURE, -1, 1);
    assertThat(evidence).isEmpty();
  }

  /// The day stands beside a finding, and makes none.
  @Test
  void aPortThatIsDownIsToldWithItsDayAndAHealthyOneIsNotTold() {
    minutes(0, 95);
    var down = new RuleDetector(RuleTable.ALL.getFirst());
    assertThat(Heard.of(down, window).present).isEmpty();
    long now = Batches.START + 96 * MINUTE;
    Row row = Batches.row(UP, "node", "port", now, 0);
    window.append(Batches.rows(new BatchId("node", 1, number++), row), now);
    window.seal(now + 3 * Batches.SECOND);
    assertThat(Heard.of(down, window).present.values())
        .singleElement()
        .satisfies(finding -> assertThat(finding.evidence()).containsKey("day_link_downed"));
  }

  /// A degree warmer and one error more each minute.
  private void minutes(int from, int to) {
    for (int minute = from; minute < to; minute++) {
      long now = Batches.START + minute * MINUTE;
      var port = new Row(Table.PORT, "node", "port", now);
      port.set(UP, 1L);
      port.set(SYMBOLS, (long) minute);
      port.set(Contract.column(Table.PORT, "link_downed"), 0L);
      Row gpu = Batches.row(TEMPERATURE, "node", "gpu", now, minute);
      window.append(Batches.rows(new BatchId("node", 1, number++), port, gpu), now);
      window.seal(now + 4 * Batches.SECOND);
    }
  }
}
