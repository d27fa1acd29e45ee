package io.lockstep.telemetry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
  @ParameterizedTest
  @CsvSource({
    "500ms,PT0.5S",
    "10s,PT10S",
    "5m,PT5M",
    "1h,PT1H",
    "2d,PT48H",
    "0s,PT0S",
    "90s,PT90S"
  })
  void readsDurations(String text, Duration duration) {
    assertThat(Durations.parse(text)).isEqualTo(duration);
    assertThat(Durations.text(duration)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "m", "-5m", "5 m", "1.5h", "5M", "1h30m", "5min"})
  void refusesOtherForms(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("500ms, 10s, 5m, 1h or 2d");
  }

  @Test
  void refusesWhatNanosecondsCantHold() {
    assertThatThrownBy(() -> Durations.parse("99999999999d"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 292 years");
  }

  @Test
  void readsBackTheDurationsAndSizesThatItWrites() {
    var random = new Random(3);
    for (int i = 0; i < 1_000; i++) {
      Duration duration = Duration.ofNanos(random.nextLong(1_000_000_000L) << random.nextInt(20));
      assertThat(Durations.parse(Durations.text(duration))).isEqualTo(duration);
      var size = new ByteSize(random.nextLong(1L << 40) << random.nextInt(20));
      assertThat(ByteSize.parse(size.toString())).isEqualTo(size);
    }
  }

  @ParameterizedTest
  @CsvSource({"512B,512", "64KiB,65536", "16MiB,16777216", "1GiB,1073741824", "0B,0"})
  void readsSizes(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(new ByteSize(bytes));
    assertThat(new ByteSize(bytes)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "16", "16MB", "16 MiB", "-1B", "9999999TiB", "1.5GiB"})
  void refusesOtherSizes(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
