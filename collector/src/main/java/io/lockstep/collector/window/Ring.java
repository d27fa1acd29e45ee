package io.lockstep.collector.window;

import java.util.Arrays;

/// Ten minutes of one table: an array of float32 for each second, subject by subject, column by
/// column. NaN is absent.
///
/// One thread writes, slots ahead of the sealed edge only; other threads read, slots up to the edge
/// only. The edge is volatile and belongs to the window: who has read it sees all that was written
/// before. A second's array is taken into use again [#LENGTH] seconds later, while readers are let
/// at the last [Window#SECONDS] only and look at the edge again after reading.
final class Ring {
  /// Seconds of arrays: the window, those that can be written, and a margin between them.
  static final int LENGTH = Window.SECONDS + 40;

  private static final float[] EMPTY = {};

  private final int columns;
  private final float[][] slots = new float[LENGTH][];

  Ring(int columns) {
    this.columns = columns;
    Arrays.fill(slots, EMPTY);
  }

  /// Makes a slot ready to be written.
  ///
  /// @param subjects how many there are now; more may come
  void open(long slot, int subjects) {
    int at = place(slot);
    int wanted = subjects * columns;
    if (slots[at].length == wanted) {
      Arrays.fill(slots[at], Float.NaN);
    } else {
      slots[at] = absent(wanted);
    }
  }

  void set(long slot, int subject, int column, float value) {
    int at = place(slot);
    int cell = subject * columns + column;
    if (cell >= slots[at].length) {
      grow(at, subject + 1);
    }
    slots[at][cell] = value;
  }

  /// A slot's values, subject by subject, column by column: not to be changed.
  float[] values(long slot) {
    return slots[place(slot)];
  }

  /// Takes an array as a slot's values: of a slot that readers are not let at yet.
  void install(long slot, float[] values) {
    slots[place(slot)] = values;
  }

  long bytes() {
    long bytes = 0;
    for (float[] slot : slots) {
      bytes += 4L * slot.length;
    }
    return bytes;
  }

  float get(long slot, int subject, int column) {
    float[] values = slots[place(slot)];
    int cell = subject * columns + column;
    return cell < values.length ? values[cell] : Float.NaN;
  }

  private void grow(int at, int subjects) {
    float[] old = slots[at];
    float[] larger = absent(Math.max(subjects + subjects / 2, 16) * columns);
    System.arraycopy(old, 0, larger, 0, old.length);
    slots[at] = larger;
  }

  private static float[] absent(int length) {
    if (length == 0) {
      return EMPTY;
    }
    var values = new float[length];
    Arrays.fill(values, Float.NaN);
    return values;
  }

  private static int place(long slot) {
    return (int) Math.floorMod(slot, (long) LENGTH);
  }
}
