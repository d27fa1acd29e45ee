package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;
import java.util.Arrays;

/// A repeated field of fixed 64-bit numbers, packed or not, as OTLP's histograms have them.
final class Numbers {
  private double[] values = new double[16];
  private int size;

  /// Adds what the cursor's present field holds.
  ///
  /// @param real whether they are doubles; else whole numbers
  void add(ProtoCursor field, boolean real) throws OtlpException {
    if (!field.isCounted()) {
      put(real ? field.real() : (double) field.number());
      return;
    }
    for (long bits : ProtoCursor.fixed64s(field.bytes())) {
      put(real ? Double.longBitsToDouble(bits) : (double) bits);
    }
  }

  private void put(double value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  int size() {
    return size;
  }

  double get(int index) {
    return values[index];
  }
}
