package io.lockstep.collector.detect;

import static io.lockstep.collector.window.Batches.SECOND;
import static io.lockstep.collector.window.Batches.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.window.Batches;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rules.Rule;
import io.lockstep.telemetry.rules.RuleTable;
import java.util.Arrays;
import java.util.Random;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuleDetectorTest {
  private static final int PORTS = 16;

  private final Window window = new Window("c");
  private final RuleDetector down = detector("port-down");
  private final RuleDetector flapping = detector("port-flapping");
  private final long[] downed = new long[PORTS];
  private final boolean[] wasDown = new boolean[PORTS];
  private long second;
  private long number;

  @Test
  void findsThePortThatIsDownAndNoOther() {
    run(20, _ -> true);
    assertThat(heard(down).absent).hasSize(PORTS);
    run(5, _ -> false);
    var heard = heard(down);
    assertThat(heard.present.keySet()).containsExactly(port(5));
    assertThat(heard.absent).hasSize(PORTS - 1);
    assertThat(heard.present.values())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.kind()).isEqualTo(IncidentKind.PORT_DOWN);
          assertThat(finding.onsetNanos()).isEqualTo(START + 23 * SECOND);
          assertThat(finding.summary()).startsWith("Port mlx5_5/1 of node is down");
          assertThat(finding.evidence())
              .containsEntry("up", 0.0)
              .containsEntry("physical_state", 2.0)
              .containsEntry("rate_bytes_per_second", 0x1p35)
              .containsEntry("link_downed_in_ten_minutes", 1.0);
        });
  }

  @Test
  void findsThePortThatFlapsAndNoOther() {
    run(300, _ -> true);
    run(40, second -> second % 20 >= 4);
    run(5, _ -> true);
    var heard = heard(flapping);
    assertThat(heard.present.keySet()).containsExactly(port(5));
    assertThat(heard.absent).hasSize(PORTS - 1);
    run(310, _ -> true);
    assertThat(heard(flapping).absent).hasSize(PORTS);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void staysSilentOnHealthyPortsWhateverSamplesAreMissing(long seed) {
    var random = new Random(seed);
    for (int i = 0; i < 400; i++) {
      if (random.nextInt(3) > 0) {
        run(1, _ -> true);
      } else {
        second++;
      }
      for (Rule rule : RuleTable.ALL) {
        assertThat(Heard.of(new RuleDetector(rule), window).present).isEmpty();
      }
    }
  }

  @Test
  void cannotTellAfterARestart() {
    run(3, _ -> false);
    assertThat(heard(down).unknown).contains(port(5));
    var heard = heard(flapping);
    assertThat(heard.unknown).hasSize(PORTS);
    assertThat(heard.absent).isEmpty();
  }

  @Test
  void aCollectorThatComesBackLearnsSinceWhenAGpuIsLost() {
    var lost = new SubjectKey("c", "node", "GPU-1");
    for (int i = 0; i < 30; i++, second++) {
      long now = START + second * SECOND;
      Row row = Batches.row(Contract.column(Table.GPU, "state"), "node", "GPU-1", now, 2);
      row.set(Contract.column(Table.GPU, "state_age"), 3600.4 + i);
      window.append(Batches.rows(new BatchId("node", 1, ++number), row), now);
      window.seal(now);
      Finding finding = Heard.of(detector("gpu-lost"), window).present.get(lost);
      if (finding != null) {
        assertThat(finding.onsetNanos()).isEqualTo(START - 3600 * SECOND + SECOND);
      }
    }
    assertThat(Heard.of(detector("gpu-lost"), window).present).containsKey(lost);
  }

  @Test
  void anEventTellsSoonerThatAPortIsDownAndThatItIsBack() {
    run(20, _ -> true);
    long now = START + second * SECOND;
    Prompt.Verdict verdict =
        down.happened(window, event("lockstep.network.link.down", "mlx5_5/1"), now);
    assertThat(verdict).isNotNull();
    assertThat(verdict.subject()).isEqualTo(port(5));
    assertThat(verdict.finding()).isNotNull();
    assertThat(verdict.finding().onsetNanos()).isEqualTo(now);
    assertThat(verdict.finding().evidence()).containsEntry("up", 0.0);
    verdict = down.happened(window, event("lockstep.network.link.up", "mlx5_5/1"), now);
    assertThat(verdict).isEqualTo(new Prompt.Verdict(port(5), null));
    assertThat(down.happened(window, event("lockstep.network.link.down", "unheard/1"), now))
        .isNull();
    assertThat(flapping.happened(window, event("lockstep.network.link.down", "mlx5_5/1"), now))
        .isNull();
  }

  private static Event event(String name, String subject) {
    return Batches.event(name, "node", subject, START);
  }

  @Test
  void everyRuleMakesAnIncidentOfAKnownKindWithEveryGrade() {
    for (Rule rule : RuleTable.ALL) {
      assertThat(new RuleDetector(rule).name()).isEqualTo(rule.id());
    }
    assertThat(names(Rule.Severity.values())).isEqualTo(names(Finding.Severity.values()));
    assertThat(names(Rule.Action.values())).isEqualTo(names(Finding.Action.values()));
  }

  private static String[] names(Enum<?>[] values) {
    return Arrays.stream(values).map(Enum::name).toArray(String[]::new);
  }

  /// Each second a row of each port; the fifth is up as told.
  private void run(int seconds, LongPredicate up) {
    for (int i = 0; i < seconds; i++) {
      long now = START + second * SECOND;
      var rows = new Row[PORTS];
      for (int port = 0; port < PORTS; port++) {
        boolean isUp = port != 5 || up.test(second);
        downed[port] += wasDown[port] || isUp ? 0 : 1;
        wasDown[port] = !isUp;
        rows[port] = new Row(Table.PORT, "node", "mlx5_" + port + "/1", now);
        rows[port].set(Contract.column(Table.PORT, "up"), isUp ? 1L : 0L);
        rows[port].set(Contract.column(Table.PORT, "physical_state"), isUp ? 5L : 2L);
        rows[port].set(Contract.column(Table.PORT, "rate"), 0x1p35);
        rows[port].set(Contract.column(Table.PORT, "link_downed"), downed[port]);
      }
      window.append(Batches.rows(new BatchId("node", 1, number++), rows), now);
      second++;
      window.seal(now);
    }
  }

  /// Lets what was sent be sealed.
  private Heard heard(Detector detector) {
    second += 3;
    window.seal(START + second * SECOND);
    return Heard.of(detector, window);
  }

  private static RuleDetector detector(String rule) {
    return RuleTable.ALL.stream()
        .filter(one -> one.id().equals(rule))
        .map(RuleDetector::new)
        .findFirst()
        .orElseThrow();
  }

  private static SubjectKey port(int port) {
    return new SubjectKey("c", "node", "mlx5_" + port + "/1");
  }
}
