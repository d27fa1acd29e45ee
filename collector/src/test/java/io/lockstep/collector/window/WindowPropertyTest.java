package io.lockstep.collector.window;

import static io.lockstep.collector.window.Batches.SECOND;
import static io.lockstep.collector.window.Batches.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The window against a naive list of everything that was sent.
class WindowPropertyTest {
  private static final Column GAUGE = Contract.column(Table.PORT, "rate");
  private static final Column COUNTER = Contract.column(Table.PORT, "received");

  /// What a sender has sent of one second.
  private record Sent(long second, float rate, long received) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void agreesWithANaiveList(long seed) {
    var random = new Random(seed);
    var window = new Window("c");
    Map<String, ArrayList<Sent>> sent = new HashMap<>();
    Map<String, Long> totals = new HashMap<>();
    long number = 0;
    long seconds = 700L + random.nextInt(600);
    for (long second = 0; second < seconds; second++) {
      long now = START + second * SECOND;
      for (int i = 0; i < 12; i++) {
        String subject = "mlx5_" + i + "/1";
        if (random.nextInt(4) == 0 || (second < 300 && i > 8)) {
          continue;
        }
        long before = totals.getOrDefault(subject, 1L << 50);
        long total = random.nextInt(50) == 0 ? random.nextInt(10) : before + random.nextInt(1000);
        totals.put(subject, total);
        float rate = random.nextFloat();
        sent.computeIfAbsent(subject, _ -> new ArrayList<>()).add(new Sent(second, rate, total));
        var row = new Row(Table.PORT, "node", subject, now + SECOND / 4);
        row.set(GAUGE, rate);
        row.set(COUNTER, total);
        var batch = Batches.rows(new BatchId("node", 1, number++), row);
        for (int times = random.nextInt(3); times >= 0; times--) {
          window.append(batch, now + SECOND / 4);
        }
      }
      window.seal(now + SECOND / 2);
    }
    window.seal(START + seconds * SECOND + 5 * SECOND);
    sent.forEach((subject, all) -> check(window, subject, all));
  }

  private static void check(Window window, String subject, List<Sent> all) {
    int port = window.subject(Table.PORT, "node", subject);
    long edge = window.sealedEdge();
    var rates = new float[Window.SECONDS];
    var increases = new float[Window.SECONDS];
    Arrays.fill(rates, Float.NaN);
    Arrays.fill(increases, Float.NaN);
    Sent before = null;
    for (Sent one : all) {
      int place = (int) (START / SECOND + one.second - (edge - Window.SECONDS + 1));
      if (place >= 0 && place < Window.SECONDS) {
        rates[place] = one.rate;
        if (before != null && one.received >= before.received) {
          increases[place] = one.received - before.received;
        }
      }
      before = one;
    }
    assertThat(window.last(GAUGE, port, Window.SECONDS)).as(subject).containsExactly(rates);
    assertThat(window.last(COUNTER, port, Window.SECONDS)).as(subject).containsExactly(increases);
    assertThat(window.at(GAUGE, port, edge - Window.SECONDS)).isNaN();
    assertThat(window.at(GAUGE, port, edge + 1)).isNaN();
  }
}
