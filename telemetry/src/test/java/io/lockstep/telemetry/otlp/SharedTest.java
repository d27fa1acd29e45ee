package io.lockstep.telemetry.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import org.junit.jupiter.api.Test;

class SharedTest {
  private static Attributes attributes(int number) {
    return Attributes.of(Shared.key("hw.id"), "GPU-" + number);
  }

  @Test
  void whatIsEqualIsOneObject() {
    Attributes first = Shared.of(attributes(-1));
    assertThat(Shared.of(attributes(-1))).isSameAs(first);
    assertThat(Shared.key("hw.id")).isSameAs(Shared.key("hw.id"));
  }

  @Test
  void whatDiffersStaysWhatItIsHoweverManyThereAre() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(Shared.of(attributes(i))).isEqualTo(attributes(i));
    }
  }
}
