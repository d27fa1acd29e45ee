package io.lockstep.telemetry.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartWordsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CRITICAL - disk full | critical | disk full",
        "critical: disk full | critical | disk full",
        "Critical disk full | critical | disk full",
        "CRITICAL \u2014 disk full | critical | disk full",
        "CRITICAL | critical | CRITICAL",
        "CRITICAL - | critical | CRITICAL -",
        "CRITICALLY full | critical | CRITICALLY full",
        "DISK CRITICAL - full | critical | DISK CRITICAL - full",
        "WARNING - full | critical | WARNING - full",
        "- full | '' | - full",
      })
  void aSentenceSaysAStateOnce(String output, String state, String words) {
    assertThat(PartWords.withoutState(output, state)).isEqualTo(words);
    assertThat(
            PartWords.of(
                "lockstep.check.changed",
                Map.of("lockstep.check.output", output, "lockstep.check.state", state)))
        .isEqualTo(words);
  }

  @Test
  void otherEventsSayNothingOfAPart() {
    assertThat(PartWords.of("lockstep.gpu.xid", Map.of("lockstep.check.output", "x"))).isNull();
  }
}
