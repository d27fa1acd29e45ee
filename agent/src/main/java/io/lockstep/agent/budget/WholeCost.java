package io.lockstep.agent.budget;

import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What the agent costs with the process that reads GPUs for it, where there is one: also of those
/// before, as they were last seen. Memory that both share is counted twice in what is resident, and
/// by its parts in what is proportional. Any thread.
public final class WholeCost {
  private static final Cost NOTHING = new Cost(0, 0, 0, 0, 0, 0);

  private final OwnProcess own = new OwnProcess();
  private final LongSupplier helperPid;
  private @Nullable OwnProcess helper;
  private long pid;
  private Cost last = NOTHING;
  private long endedCpu;
  private long endedWritten;

  /// @param helperPid the other process at the moment; 0 for none
  public WholeCost(LongSupplier helperPid) {
    this.helperPid = helperPid;
  }

  /// The cost now.
  ///
  /// @param nanoTime monotonic
  public synchronized Cost read(long nanoTime) {
    Cost helpers = together(helper(nanoTime), new Cost(endedCpu, 0, 0, 0, 0, endedWritten));
    return together(own.read(nanoTime), helpers);
  }

  /// @param agent what is not known of it is not known of both
  static Cost together(Cost agent, Cost helpers) {
    return new Cost(
        sum(agent.cpuNanos(), helpers.cpuNanos()),
        sum(agent.residentBytes(), helpers.residentBytes()),
        sum(agent.proportionalBytes(), helpers.proportionalBytes()),
        sum(agent.threads(), helpers.threads()),
        sum(agent.handles(), helpers.handles()),
        sum(agent.writtenBytes(), helpers.writtenBytes()));
  }

  private Cost helper(long nanoTime) {
    long now = helperPid.getAsLong();
    if (now != pid) {
      endedCpu += last.cpuNanos();
      endedWritten += last.writtenBytes();
      last = NOTHING;
      pid = now;
      helper = now == 0 ? null : new OwnProcess(Path.of("/proc", Long.toString(now)), now);
    }
    if (helper != null) {
      Cost cost = helper.read(nanoTime);
      last =
          new Cost(
              Math.max(last.cpuNanos(), cost.cpuNanos()),
              Math.max(0, cost.residentBytes()),
              Math.max(0, cost.proportionalBytes()),
              Math.max(0, cost.threads()),
              Math.max(0, cost.handles()),
              Math.max(last.writtenBytes(), cost.writtenBytes()));
    }
    return last;
  }

  private static long sum(long agent, long other) {
    return agent < 0 ? -1 : agent + other;
  }
}
