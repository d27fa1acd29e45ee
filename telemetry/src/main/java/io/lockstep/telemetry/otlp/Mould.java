package io.lockstep.telemetry.otlp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The request of one list of series, encoded once, with the places at which times and values stand
/// in it: both have a fixed length on the wire, so the next round of the same series is the same
/// bytes but for these.
final class Mould {
  private final Sample[] series;
  private final byte[] bytes;
  private final ByteBuffer at;

  /// By the sample's index: where its value stands, and its time.
  private final int[] values;

  private final int[] times;

  /// What stands there now, and whether it is a whole number: of a metric with both kinds all are
  /// written as numbers with a point.
  private final long[] bits;

  private final boolean[] whole;

  private Mould(List<Sample> samples, byte[] bytes) {
    this.series = samples.toArray(new Sample[0]);
    this.bytes = bytes;
    this.at = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    this.values = new int[series.length];
    this.times = new int[series.length];
    this.bits = new long[series.length];
    this.whole = new boolean[series.length];
  }

  /// Makes one. Each sample is encoded with its own number as its value, by which it is found in
  /// what the writer made: nothing is taken for granted of the writer's order.
  ///
  /// @param writer encodes samples with their time
  /// @return null when a sample is not found exactly once
  static @Nullable Mould of(List<Sample> samples, Function<List<Sample>, byte[]> writer) {
    var numbered = new ArrayList<Sample>(samples.size());
    for (Sample sample : samples) {
      long number = numbered.size() + 1L;
      long bits = sample.integral() ? number : Double.doubleToRawLongBits((double) number);
      numbered.add(new Sample(sample.metric(), sample.attributes(), sample.integral(), bits));
    }
    var mould = new Mould(samples, writer.apply(numbered));
    try {
      mould.find(new ProtoCursor(mould.bytes), 1, 2, 2);
    } catch (OtlpException | ArithmeticException | IndexOutOfBoundsException _) {
      return null;
    }
    for (int i = 0; i < mould.series.length; i++) {
      if (mould.values[i] == 0 || mould.times[i] == 0) {
        return null;
      }
    }
    return mould;
  }

  /// Goes from the request down to its metrics, by these field numbers.
  private void find(ProtoCursor message, int... path) throws OtlpException {
    while (message.next()) {
      int field = message.field();
      if (path.length == 0 && (field == 5 || field == 7)) { // Metric.gauge, Metric.sum
        points(message.message());
      } else if (path.length > 0 && field == path[0]) {
        find(message.message(), Arrays.copyOfRange(path, 1, path.length));
      } else {
        message.skip();
      }
    }
  }

  private void points(ProtoCursor message) throws OtlpException {
    while (message.next()) {
      if (message.field() == 1) {
        point(message.message());
      } else {
        message.skip();
      }
    }
  }

  private void point(ProtoCursor point) throws OtlpException {
    int time = 0;
    int value = 0;
    boolean integral = false;
    long number = 0;
    while (point.next()) {
      switch (point.field()) {
        case 3 -> {
          time = point.place();
          point.skip();
        }
        case 4 -> {
          value = point.place();
          number = (long) point.real();
        }
        case 6 -> {
          value = point.place();
          number = point.number();
          integral = true;
        }
        default -> point.skip();
      }
    }
    int index = Math.toIntExact(number) - 1;
    if (values[index] != 0) {
      throw new OtlpException("sample " + index + " stands twice");
    }
    values[index] = value;
    times[index] = time;
    bits[index] = at.getLong(value);
    whole[index] = integral;
  }

  /// Whether these are samples of the same series, in the same order.
  boolean fits(List<Sample> samples) {
    if (samples.size() != series.length) {
      return false;
    }
    for (int i = 0; i < series.length; i++) {
      Sample mine = series[i];
      Sample other = samples.get(i);
      if (mine.integral() != other.integral()
          || !Objects.equals(mine.metric(), other.metric())
          || !Objects.equals(mine.attributes(), other.attributes())) {
        return false;
      }
    }
    return true;
  }

  /// The request of these samples, which fit.
  ///
  /// @return the same bytes each time, good until the next call
  byte[] fill(List<Sample> samples, long timeNanos) {
    for (int i = 0; i < series.length; i++) {
      Sample sample = samples.get(i);
      boolean asItIs = whole[i] || !sample.integral();
      long now = asItIs ? sample.bits() : Double.doubleToRawLongBits(sample.value());
      at.putLong(times[i], timeNanos);
      if (now != bits[i]) { // most counters stand still
        bits[i] = now;
        at.putLong(values[i], now);
      }
    }
    return bytes;
  }
}
