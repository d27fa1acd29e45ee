package io.lockstep.launcher;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What those that take part in a measurement have cost until now.
///
/// @param nanos when, by [System#nanoTime()]
/// @param program of what is loaded
/// @param store of its store
/// @param generator of what loads
/// @param metrics what the program says of itself
/// @param incidents that it has opened
record Mark(
    long nanos, Spent program, Spent store, Spent generator, SelfMetrics metrics, long incidents) {

  /// One process.
  ///
  /// @param cost unknown is NaN
  record Spent(Cost cost, ThreadTimes threads) {
    static final Spent UNKNOWN = new Spent(Cost.UNKNOWN, ThreadTimes.NONE);

    static Spent of(@Nullable ProcessHandle process) throws IOException {
      return process == null ? UNKNOWN : new Spent(Cost.of(process), ThreadTimes.of(process));
    }

    /// @param processor what the name of its processor time begins with
    /// @param resident what the name of its resident memory begins with
    private static Spent told(SelfMetrics metrics, String processor, String resident) {
      return new Spent(
          Cost.told(metrics, processor + "seconds_total", resident + "bytes"), ThreadTimes.NONE);
    }
  }

  /// Looks at the processes first: what is told may come late.
  static Mark of(Loaded loaded, ProcessHandle generator) throws IOException, InterruptedException {
    long nanos = System.nanoTime();
    ProcessHandle program = loaded.program();
    Spent own = Spent.of(program);
    Spent store = Spent.of(loaded.store());
    Spent loads = Spent.of(generator);
    SelfMetrics metrics = loaded.metrics();
    return new Mark(
        nanos,
        program == null ? Spent.told(metrics, "process_cpu_", "process_resident_memory_") : own,
        program == null
            ? Spent.told(
                metrics, "lockstep_collector_store_cpu_", "lockstep_collector_store_resident_")
            : store,
        loads,
        metrics,
        loaded.incidents());
  }
}
