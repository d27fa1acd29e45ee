package io.lockstep.telemetry.rules;

import java.util.Arrays;

/// Turns one table's cumulative counters into increases: a sample less the one before it of the
/// same subject, in 64 bits, in the order of the samples' own times.
///
/// An increase is stored in the slot of its newer sample, so that sums are exact whatever was lost
/// in between. One thread writes; states may be read by any thread.
public final class Counters {
  /// Two samples further apart give no increase: it would look like a burst in one second.
  public static final long GAP_SECONDS = 120;

  private static final long GAP_NANOS = GAP_SECONDS * 1_000_000_000L;

  private final int columns;
  private long[] bits = {};
  private long[] times = {};
  private volatile CounterState[] states = {};

  public Counters(int columns) {
    this.columns = columns;
  }

  /// Takes a sample of a whole-number counter.
  ///
  /// @param timeNanos the sample's own time
  /// @return by how much it has grown; NaN when that is not known
  public double add(int subject, int column, long value, long timeNanos) {
    int cell = cell(subject, column);
    long before = bits[cell];
    return judge(cell, (double) (value - before), value < before, value, timeNanos);
  }

  /// Takes a sample of a counter with a fraction.
  public double add(int subject, int column, double value, long timeNanos) {
    int cell = cell(subject, column);
    double before = Double.longBitsToDouble(bits[cell]);
    long valueBits = Double.doubleToRawLongBits(value);
    return judge(cell, value - before, value < before, valueBits, timeNanos);
  }

  private double judge(int cell, double increase, boolean fell, long valueBits, long timeNanos) {
    long before = times[cell];
    if (before != 0 && timeNanos <= before) {
      return Double.NaN;
    }
    times[cell] = timeNanos;
    bits[cell] = valueBits;
    CounterState next = next(cell, fell, before == 0 || timeNanos - before > GAP_NANOS);
    states[cell] = next;
    return next == CounterState.COUNTING ? increase : Double.NaN;
  }

  private CounterState next(int cell, boolean fell, boolean alone) {
    if (alone) {
      return CounterState.UNKNOWN;
    }
    if (fell) {
      return CounterState.RESET;
    }
    boolean stuck = states[cell] == CounterState.SATURATED;
    return stuck ? CounterState.SATURATED : CounterState.COUNTING;
  }

  /// Notes that the sender saw the counter at its ceiling; holds until it goes down.
  public void saturated(int subject, int column) {
    int cell = cell(subject, column);
    states[cell] = CounterState.SATURATED;
  }

  public CounterState state(int subject, int column) {
    CounterState[] now = states;
    int cell = subject * columns + column;
    return cell < now.length ? now[cell] : CounterState.UNKNOWN;
  }

  private int cell(int subject, int column) {
    int cell = subject * columns + column;
    if (cell >= times.length) {
      int length = Math.max(cell + columns, times.length + times.length / 2);
      bits = Arrays.copyOf(bits, length);
      times = Arrays.copyOf(times, length);
      CounterState[] larger = Arrays.copyOf(states, length);
      Arrays.fill(larger, states.length, length, CounterState.UNKNOWN);
      states = larger;
    }
    return cell;
  }
}
