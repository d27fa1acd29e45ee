package io.lockstep.telemetry.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EventRulesTest {
  private static final String ASKS = "NVRM: Xid (PCI:0000:3b:00): 154, GPU recovery action changed";

  @Test
  void aGpuThatIsToBeResetIsCalledAndOneThatIsWellAgainIsNot() {
    assertThat(judged(ASKS + " from 0x0 (None) to 0x1 (GPU Reset Required)"))
        .singleElement()
        .satisfies(verdict -> assertThat(verdict.severity()).isEqualTo(Rule.Severity.CRITICAL));
    assertThat(judged(ASKS + " from 0x1 (GPU Reset Required) to 0x0 (None)")).isEmpty();
  }

  private static List<EventRule.Verdict> judged(String body) {
    Map<String, String> attributes = Map.of("lockstep.gpu.xid", "154");
    return EventRules.ALL.stream()
        .map(rule -> rule.judge("lockstep.gpu.xid", body, attributes))
        .filter(Objects::nonNull)
        .toList();
  }
}
