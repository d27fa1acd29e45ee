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
    byte[] packed = field.bytes();
    if (packed.length % 8 != 0) {
      throw new OtlpException("packed 64-bit numbers of " + packed.length + " bytes");
    }
    for (int at = 0; at < packed.length; at += 8) {
      long bits = 0;
      for (int i = 7; i >= 0; i--) {
        bits = (bits << 8) | (packed[at + i] & 0xff);
      }
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
