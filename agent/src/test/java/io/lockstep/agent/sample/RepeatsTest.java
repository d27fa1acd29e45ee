package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.otlp.Occurrence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RepeatsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long START = 1_800_000_000L * SECOND;

  private final Repeats repeats = new Repeats();

  private List<String> take(double second) {
    return counts(repeats.take("x", one(second)));
  }

  private static Occurrence one(double second) {
    return new Occurrence("e", START + (long) (second * SECOND), "it", Map.of("a", "b"));
  }

  private List<String> due(double second) {
    return counts(repeats.due(START + (long) (second * SECOND)));
  }

  private static List<String> counts(List<Occurrence> events) {
    return events.stream()
        .map(event -> event.attributes().getOrDefault(Repeats.COUNT, "one"))
        .toList();
  }

  @Test
  void theFirstIsToldAtOnceAndTheRestOfItsSecondIsOne() {
    assertThat(take(0)).containsExactly("one");
    for (int i = 1; i < 300; i++) {
      assertThat(take(i / 750.0)).isEmpty();
    }
    assertThat(due(0.9)).isEmpty();
    assertThat(due(1)).containsExactly("299");
    assertThat(due(1)).isEmpty();
    assertThat(due(3)).isEmpty();
    assertThat(take(10)).containsExactly("one");
  }

  @Test
  void oneThatComesSeldomIsNeverFolded() {
    for (int second = 0; second < 100; second += 2) {
      assertThat(take(second)).containsExactly("one");
    }
  }

  @Test
  void aFloodThatGoesOnIsToldLessAndLessOftenAndNoneIsLost() {
    var told = new ArrayList<String>();
    for (int i = 0; i < 300 * 100; i++) {
      told.addAll(take(i / 100.0));
      if (i % 1000 == 0) {
        told.addAll(due(i / 100.0));
      }
    }
    told.addAll(due(400));
    assertThat(told).hasSizeBetween(5, 14);
    assertThat(told.stream().mapToInt(one -> one.equals("one") ? 1 : Integer.parseInt(one)).sum())
        .isEqualTo(300 * 100);
  }

  @Test
  void aClockThatIsSetBackHidesNothing() {
    assertThat(take(5000)).containsExactly("one");
    assertThat(take(5000.1)).isEmpty();
    assertThat(take(10)).containsExactly("2");
    assertThat(take(10.5)).isEmpty();
    assertThat(due(-100)).containsExactly("1");
  }

  @Test
  void soManyKindsAreToldOneByOneRatherThanForgotten() {
    for (int kind = 0; kind < 2000; kind++) {
      assertThat(repeats.take("k" + kind, one(0))).hasSize(1);
    }
    assertThat(repeats.take("k1", one(0.1))).isEmpty();
    assertThat(repeats.take("k1999", one(0.1))).hasSize(1);
  }
}
