package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;
import java.util.Arrays;

/// A repeated field of numbers, packed or not, as OTLP's histograms have them. Of more than [#MAX]
/// only the first are kept.
final class Numbers {
  /// Twice what the SDKs' histograms can have (160 buckets each way in exponential ones), and more.
  static final int MAX = 1_024;

  private double[] values = new double[16];
  private int size;

  /// Adds what the cursor's present field holds, of type `double`.
  void addReals(ProtoCursor field) throws OtlpException {
    if (!field.isCounted()) {
      put(field.real());
      return;
    }
    ProtoCursor packed = field.message();
    while (packed.more()) {
      put(Double.longBitsToDouble(packed.packedFixed64()));
    }
  }

  /// Adds what the cursor's present field holds, of type `fixed64`.
  void addFixed(ProtoCursor field) throws OtlpException {
    if (!field.isCounted()) {
      put(unsigned(field.number()));
      return;
    }
    ProtoCursor packed = field.message();
    while (packed.more()) {
      put(unsigned(packed.packedFixed64()));
    }
  }

  /// Adds what the cursor's present field holds, of type `uint64`.
  void addVarints(ProtoCursor field) throws OtlpException {
    if (!field.isCounted()) {
      put(unsigned(field.number()));
      return;
    }
    ProtoCursor packed = field.message();
    while (packed.more()) {
      put(unsigned(packed.packedVarint()));
    }
  }

  /// An unsigned 64-bit number; the last bit is carried along so that rounding is right.
  static double unsigned(long bits) {
    return bits >= 0 ? (double) bits : 2.0 * (double) ((bits >>> 1) | (bits & 1));
  }

  private void put(double value) {
    if (size < MAX) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size] = value;
    }
    size++;
  }

  /// How many came; those beyond [#MAX] were counted only.
  int size() {
    return size;
  }

  double get(int index) {
    return values[index];
  }
}
