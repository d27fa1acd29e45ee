package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Table;
import java.util.Locale;

/// What a window takes of memory, without names: bytes.
///
/// @param seconds the last ten minutes, second by second
/// @param past the last twenty-four hours, in spans of ten minutes
/// @param iterations the last iterations of all jobs
public record WindowSize(long seconds, long past, long iterations) {
  /// Of a closed span: seconds (2 bytes), the least, the mean, the most (4 each).
  private static final int SPAN_BYTES = 14;

  /// What a window of so many subjects takes when it is full: at most, as columns that stand still
  /// take less of a day ([ClosedSpan]).
  public static WindowSize full(int gpus, int ports, int hosts, int ranks) {
    long cells =
        (long) gpus * live(Table.GPU)
            + (long) ports * live(Table.PORT)
            + (long) hosts * live(Table.HOST);
    return new WindowSize(
        4L * Ring.LENGTH * cells,
        (long) SPAN_BYTES * Past.SPANS * cells,
        4L * JobWindow.KEPT * live(Table.RANK) * ranks);
  }

  private static int live(Table table) {
    return LiveColumns.of(table).count();
  }

  /// All of it.
  public long bytes() {
    return seconds + past + iterations;
  }

  /// `1.74 GiB: 1.00 for ten minutes, 0.70 for 24 hours, 0.14 for iterations`.
  public String words() {
    return String.format(
        Locale.ROOT,
        "%.2f GiB: %.2f for ten minutes, %.2f for 24 hours, %.2f for iterations",
        gibibytes(bytes()),
        gibibytes(seconds),
        gibibytes(past),
        gibibytes(iterations));
  }

  private static double gibibytes(long bytes) {
    return bytes / (double) (1L << 30);
  }
}
