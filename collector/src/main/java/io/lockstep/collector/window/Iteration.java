package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.util.Arrays;

/// One sealed iteration of a job: what each rank measured of it. Immutable.
public final class Iteration {
  private static final LiveColumns COLUMNS = LiveColumns.of(Table.RANK);
  private static final Column STEP = Contract.column(Table.RANK, "step");

  private final long number;
  private final long endNanos;
  private final int reported;
  private final boolean complete;
  private final float[] values;
  private final double stepSeconds;

  /// @param values rank by rank, column by column; NaN is absent; not to be changed any more
  Iteration(long number, long endNanos, int reported, boolean complete, float[] values) {
    this.number = number;
    this.endNanos = endNanos;
    this.reported = reported;
    this.complete = complete;
    this.values = values;
    this.stepSeconds = medianStep();
  }

  /// Number of the step within the attempt.
  public long number() {
    return number;
  }

  /// When it ended: mean over its ranks, by the collector's clock, Unix nanoseconds.
  public long endNanos() {
    return endNanos;
  }

  /// When it began, likewise: its end less the step time.
  public long startNanos() {
    return Double.isNaN(stepSeconds) ? endNanos : endNanos - (long) (stepSeconds * 1e9);
  }

  /// How many ranks are in it.
  public int reported() {
    return reported;
  }

  /// Whether all ranks that could be expected are in it; else it was sealed without the rest.
  public boolean complete() {
    return complete;
  }

  /// The step's length, median over its ranks, seconds; NaN when no rank said.
  public double stepSeconds() {
    return stepSeconds;
  }

  /// Ranks from 0 up to this may have values; some of them may be absent.
  public int ranks() {
    return values.length / COLUMNS.count();
  }

  /// What a rank measured; NaN when it is absent.
  ///
  /// @throws IllegalArgumentException when the column is no live column of the table `rank`
  public double value(int rank, Column column) {
    int place = column.table() == Table.RANK ? COLUMNS.place(column) : -1;
    if (place < 0) {
      throw new IllegalArgumentException(column + " is not kept of an iteration");
    }
    int cell = rank * COLUMNS.count() + place;
    return cell < values.length ? values[cell] : Double.NaN;
  }

  long bytes() {
    return 4L * values.length;
  }

  private double medianStep() {
    var steps = new double[ranks()];
    int count = 0;
    for (int rank = 0; rank < steps.length; rank++) {
      double step = value(rank, STEP);
      if (!Double.isNaN(step)) {
        steps[count++] = step;
      }
    }
    Arrays.sort(steps, 0, count);
    return count == 0 ? Double.NaN : steps[count / 2];
  }
}
