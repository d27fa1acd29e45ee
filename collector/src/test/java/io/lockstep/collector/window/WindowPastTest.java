package io.lockstep.collector.window;

import static io.lockstep.collector.window.Batches.SECOND;
import static io.lockstep.collector.window.Batches.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Row;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowPastTest {
  private static final Column TEMPERATURE = Contract.column(Table.GPU, "temperature");
  private static final Column STATE = Contract.column(Table.GPU, "state");
  private static final Column RECEIVED = Contract.column(Table.PORT, "received");

  private final Window window = new Window("c");
  private long number;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void spansOfTenMinutesAgreeWithANaiveReckoning(long seed) {
    var random = new Random(seed);
    Map<Long, DoubleSummaryStatistics> temperatures = new TreeMap<>();
    Map<Long, DoubleSummaryStatistics> increases = new TreeMap<>();
    long total = 0;
    boolean counted = false;
    int seconds = 3000 + random.nextInt(1000);
    for (int second = 0; second < seconds; second++) {
      long now = START + second * SECOND;
      long span = Past.span(now / SECOND);
      var rows = new ArrayList<Row>();
      if (random.nextInt(5) > 0) {
        float celsius = 40 + 50 * random.nextFloat();
        temperatures.computeIfAbsent(span, _ -> new DoubleSummaryStatistics()).accept(celsius);
        rows.add(Batches.row(TEMPERATURE, "node", "gpu", now, celsius));
      }
      if (random.nextInt(5) > 0) {
        long more = random.nextInt(100);
        total += more;
        if (counted) {
          increases.computeIfAbsent(span, _ -> new DoubleSummaryStatistics()).accept((double) more);
        }
        counted = true;
        rows.add(Batches.row(RECEIVED, "node", "port", now, (double) total));
      }
      send(now, rows.toArray(Row[]::new));
    }
    long end = START + (seconds + 3) * SECOND;
    window.seal(end);
    long open = Past.span(window.sealedEdge());
    temperatures.remove(open);
    increases.remove(open);
    check(window.past(TEMPERATURE, 0), temperatures);
    check(window.past(RECEIVED, 0), increases);
    assertThat(window.past(RECEIVED, 0).stream().mapToDouble(Span::increase).sum())
        .isCloseTo(
            increases.values().stream().mapToDouble(DoubleSummaryStatistics::getSum).sum(),
            within(0.01));
  }

  private static void check(List<Span> spans, Map<Long, DoubleSummaryStatistics> expected) {
    assertThat(spans).hasSameSizeAs(expected.keySet());
    for (Span span : spans) {
      var wanted = Objects.requireNonNull(expected.get(Past.span(span.firstSlot())));
      assertThat(span.seconds()).isEqualTo((int) wanted.getCount());
      assertThat(span.least()).isEqualTo((float) wanted.getMin());
      assertThat(span.most()).isEqualTo((float) wanted.getMax());
      assertThat((double) span.mean()).isCloseTo(wanted.getAverage(), within(1e-5));
    }
  }

  @Test
  void aDayIsKeptAndNoMore() {
    for (int span = 0; span < 200; span++) {
      long now = START + span * 600L * SECOND;
      send(now, Batches.row(TEMPERATURE, "node", "gpu", now, span));
    }
    window.seal(START + 200 * 600L * SECOND + 5 * SECOND);
    List<Span> past = window.past(TEMPERATURE, 0);
    assertThat(past).hasSize(Past.SPANS);
    assertThat(past.getFirst().mean()).isEqualTo(200f - Past.SPANS);
    assertThat(past.getLast().mean()).isEqualTo(199f);
    assertThat(past.getLast().firstSlot()).isEqualTo(START / SECOND + 199 * 600L);
  }

  @Test
  void whatWasNotHeardHasNoSpan() {
    send(START, Batches.row(TEMPERATURE, "node", "gpu-0", START, 50));
    send(START + SECOND, Batches.row(STATE, "node", "gpu-1", START + SECOND, 1));
    window.seal(START + 700 * SECOND);
    assertThat(window.past(TEMPERATURE, 0)).hasSize(1);
    assertThat(window.past(TEMPERATURE, 1)).isEmpty();
    assertThat(window.past(STATE, 0)).isEmpty();
    assertThat(window.past(STATE, 1)).hasSize(1);
    assertThat(window.past(STATE, 2)).isEmpty();
  }

  @Test
  void aClockThatLeapsForwardCostsNoOtherSecond() {
    send(START, Batches.row(TEMPERATURE, "node", "gpu", START, 50));
    long later = START + 3600 * SECOND;
    send(later, Batches.row(TEMPERATURE, "node", "gpu", later, 70));
    window.seal(later + 700 * SECOND);
    assertThat(window.past(TEMPERATURE, 0))
        .containsExactly(
            new Span(START / SECOND, 1, 50, 50, 50), new Span(later / SECOND, 1, 70, 70, 70));
  }

  /// What all ten minutes are alike is kept once.
  @Test
  void statesThatStandStillTakeAThird() {
    for (int second = 0; second < 600; second++) {
      long now = START + second * SECOND;
      Row[] rows =
          Stream.of(0, 1, 2, 3)
              .map(gpu -> Batches.row(STATE, "node", "gpu-" + gpu, now, 1))
              .toArray(Row[]::new);
      send(now, rows);
    }
    window.seal(START + 610 * SECOND);
    int columns = (int) Contract.columns(Table.GPU).stream().filter(Column::live).count();
    int place = 0;
    for (Column column : Contract.columns(Table.GPU)) {
      if (column.equals(STATE)) {
        break;
      }
      place += column.live() ? 1 : 0;
    }
    int seconds = place == 0 ? 2 : place == columns - 1 ? 2 : 3;
    assertThat(window.size().past()).isEqualTo(4L * 4 * columns + 2L * 4 * seconds);
  }

  private void send(long now, Row... rows) {
    window.append(Batches.rows(new BatchId("node", 1, number++), rows), now);
    window.seal(now);
  }
}
