package io.lockstep.agent.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WholeCostTest {
  private static final String WORK = "i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done; sleep 60";

  private final AtomicLong pid = new AtomicLong();
  private final WholeCost whole = new WholeCost(pid::get);
  private long nanos = 1;

  private Cost read() {
    nanos += 61_000_000_000L; // so that all is read anew
    return whole.read(nanos);
  }

  @Test
  void theProcessThatReadsGpusIsPartOfItAlsoWhenItHasEnded() throws Exception {
    Cost alone = read();
    Process helper = new ProcessBuilder("sh", "-c", WORK).start();
    try {
      while (cpu(helper).toMillis() < 100) {
        Thread.sleep(10);
      }
      pid.set(helper.pid());
      Cost both = read();
      long own = new OwnProcess().read(1).cpuNanos();
      assertThat(both.cpuNanos()).isGreaterThanOrEqualTo(alone.cpuNanos() + 100_000_000);
      assertThat(both.cpuNanos() - own).isGreaterThan(0);
      assertThat(both.proportionalBytes()).isPositive();
      assertThat(both.handles()).isPositive();
      helper.destroyForcibly().waitFor();
      Cost after = read();
      assertThat(after.cpuNanos()).isGreaterThanOrEqualTo(both.cpuNanos());
      pid.set(0);
      Cost last = read();
      assertThat(last.cpuNanos())
          .as("time is not taken back")
          .isGreaterThanOrEqualTo(after.cpuNanos());
      assertThat(last.writtenBytes()).isGreaterThanOrEqualTo(both.writtenBytes());
    } finally {
      helper.destroyForcibly();
    }
  }

  private static Duration cpu(Process process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Test
  void memoryOfBothIsAddedUp() throws Exception {
    Process helper = new ProcessBuilder("sleep", "60").start();
    try {
      long resident =
          new OwnProcess(java.nio.file.Path.of("/proc/" + helper.pid()), helper.pid())
              .read(1)
              .residentBytes();
      assertThat(resident).isPositive();
      assertThat(
              WholeCost.together(
                  new Cost(1, 2, 3, 4, 5, 6), new Cost(10, resident, 30, 40, 50, 60)))
          .isEqualTo(new Cost(11, 2 + resident, 33, 44, 55, 66));
      assertThat(WholeCost.together(new Cost(-1, 2, -1, 4, 5, 6), new Cost(10, 20, 30, 40, 50, 60)))
          .as("what is not known of the agent is not known")
          .isEqualTo(new Cost(-1, 22, -1, 44, 55, 66));
    } finally {
      helper.destroyForcibly();
    }
  }
}
