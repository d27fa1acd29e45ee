package io.lockstep.telemetry.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.rules.LinkHistory.Change;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkHistoryTest {
  private static final long SECOND = 1_000_000_000L;

  /// Events tell each change, samples see most of them: one story, whichever comes first.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void isTheSameHoweverSamplesAndEventsMix(long seed) {
    var random = new Random(seed);
    var events = new ArrayDeque<Change>();
    long time = 10 * SECOND;
    for (int i = 0; i < 40; i++) {
      time += SECOND / 4 + random.nextLong(6 * SECOND);
      events.add(new Change(time, i % 2 == 1));
    }
    var changes = List.copyOf(events);
    var samples = new ArrayDeque<Change>();
    for (long second = 11; second < time / SECOND; second++) {
      long now = second * SECOND;
      boolean up = changes.stream().filter(one -> one.timeNanos() <= now).count() % 2 == 0;
      samples.add(new Change(now, up));
    }
    var history = LinkHistory.first(10 * SECOND, true);
    while (!events.isEmpty() || !samples.isEmpty()) {
      boolean event = samples.isEmpty() || (!events.isEmpty() && random.nextInt(3) == 0);
      Change next = event ? events.remove() : samples.remove();
      history = history.with(next.timeNanos(), next.up());
    }
    assertThat(history.changes()).isEqualTo(changes);
    assertThat(history.up()).isEqualTo(changes.getLast().up());
  }

  @Test
  void keepsThirteenHoursAndSoManyChanges() {
    var history = LinkHistory.first(0, true);
    for (int i = 1; i <= 2 * LinkHistory.KEPT; i++) {
      history = history.with(i * SECOND, i % 2 == 0);
    }
    assertThat(history.changes()).hasSize(LinkHistory.KEPT);
    assertThat(history.sinceNanos()).isEqualTo(LinkHistory.KEPT * SECOND);
    assertThat(history.upAtFirst()).isTrue();
    long later = LinkHistory.KEPT_NANOS + 300 * SECOND;
    history = history.with(later, false);
    assertThat(history.changes()).containsExactly(new Change(later, false));
    assertThat(history.everUp()).isTrue();
  }
}
