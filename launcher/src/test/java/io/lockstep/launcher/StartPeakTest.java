package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class StartPeakTest {
  /// `tail` keeps a line whole that never ends, until it does.
  private static final String START =
      "(head -c 64M /dev/zero; sleep 1) | tail -n 1 | wc -c; read end";

  @Test
  void remembersWhatAProcessAndItsChildrenTookWhenTheyHaveGivenItBack() throws Exception {
    Process process = new ProcessBuilder("/bin/sh", "-c", START).start();
    try {
      StartPeak peak = StartPeak.of(process);
      assertThat(process.inputReader().readLine()).isEqualTo("67108864");
      awaitLessThan(16 << 10, process);
      assertThat(peak.kib()).isGreaterThan(64 << 10);
      assertThat(peak.kib()).isEqualTo(peak.kib());
    } finally {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
  }

  private static void awaitLessThan(long kib, Process process)
      throws IOException, InterruptedException {
    for (int i = 0; i < 200 && ProcessCost.proportionalKib(process.toHandle()) > kib; i++) {
      Thread.sleep(50);
    }
    assertThat(ProcessCost.proportionalKib(process.toHandle())).isLessThanOrEqualTo(kib);
  }
}
