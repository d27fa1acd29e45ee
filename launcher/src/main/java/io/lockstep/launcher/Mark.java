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
  }

  static Mark of(Loaded loaded, ProcessHandle generator) throws IOException, InterruptedException {
    SelfMetrics metrics = loaded.metrics();
    ProcessHandle program = loaded.program();
    Spent own =
        program == null
            ? new Spent(
                Cost.told(metrics, "process_cpu_seconds_total", "process_resident_memory_bytes"),
                ThreadTimes.NONE)
            : Spent.of(program);
    ProcessHandle store = loaded.store();
    Spent stores =
        store == null && program == null
            ? new Spent(
                Cost.told(
                    metrics,
                    "lockstep_collector_store_cpu_seconds_total",
                    "lockstep_collector_store_resident_bytes"),
                ThreadTimes.NONE)
            : Spent.of(store);
    return new Mark(
        System.nanoTime(), own, stores, Spent.of(generator), metrics, loaded.incidents());
  }
}
