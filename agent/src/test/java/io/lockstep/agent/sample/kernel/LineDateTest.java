package io.lockstep.agent.sample.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineDateTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final ZoneId HERE = ZoneId.of("+02:00");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2026-02-28T10:00:00.25+01:00 n1 kernel: x | 2026-02-28T09:00:00.25Z",
        "2026-02-28T10:00:00,250+0100 n1 kernel: x | 2026-02-28T09:00:00.25Z",
        "<6>1 2026-02-28T10:00:00Z n1 kernel - - - x | 2026-02-28T10:00:00Z",
        "2026-02-28 10:00:00 n1 kernel: x | 2026-02-28T08:00:00Z",
        "Feb 28 10:00:00 n1 kernel: x | 2026-02-28T08:00:00Z",
        "Mar  1 14:00:00 n1 kernel: x | 2026-03-01T12:00:00Z",
        "Dec 31 23:59:59 n1 kernel: x | 2025-12-31T21:59:59Z",
        "<6>Dec 31 23:59:59 n1 kernel: x | 2025-12-31T21:59:59Z",
        "[Sat Feb 28 10:00:00 2026] x | 2026-02-28T08:00:00Z",
        "kern  :err   : [Sun Mar  1 10:00:00 2026] x | 2026-03-01T08:00:00Z",
      })
  void readsTheDateOfEveryFormOfLog(String line, Instant date) {
    LineDate read = LineDate.of(line, NOW, HERE);
    assertThat(read).isNotNull();
    assertThat(read.time()).isEqualTo(date);
    assertThat(read.zoned()).isEqualTo(line.matches(".*(\\+01:?00|Z) n1.*"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[ 12.5] x",
        "4,1,1,-;x",
        "Feb 30 10:00:00 n1 kernel: x",
        "Foo 28 10:00:00 n1 kernel: x",
        "2026-13-45T99:00:00Z n1 kernel: x",
      })
  void saysNothingWhereTheLineSaysNone(String line) {
    assertThat(LineDate.of(line, NOW, HERE)).isNull();
  }

  @Test
  void aLeapDayIsOfTheLastYearThatHadOne() {
    Instant march = Instant.parse("2028-03-01T00:00:00Z");
    assertThat(LineDate.of("Feb 29 10:00:00 n1 kernel: x", march, HERE))
        .isEqualTo(new LineDate(Instant.parse("2028-02-29T08:00:00Z"), false));
  }

  /// On 25 October 2026 clocks in Berlin showed 2 to 3 o'clock twice, first from 0 to 1 in UTC.
  @ParameterizedTest
  @CsvSource({"00:30:05, 00:30:00", "01:30:05, 01:30:00"})
  void anHourThatComesTwiceIsTheOneThatIsNow(String now, String time) {
    LineDate read =
        LineDate.of(
            "Oct 25 02:30:00 n1 kernel: x",
            Instant.parse("2026-10-25T" + now + "Z"),
            ZoneId.of("Europe/Berlin"));
    assertThat(read).isEqualTo(new LineDate(Instant.parse("2026-10-25T" + time + "Z"), false));
  }
}
