package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuotedTest {
  @Test
  void foreignTextCannotLeaveItsQuotesOrItsLine() {
    assertThat(Quoted.of("no number: \"a\\b\"\n\u001b[31m\u0000 kB é"))
        .isEqualTo("no number: \\\"a\\\\b\\\"\\u000a\\u001b[31m\\u0000 kB é");
    assertThat(Quoted.of("x".repeat(400))).hasSize(301).endsWith("…");
  }
}
