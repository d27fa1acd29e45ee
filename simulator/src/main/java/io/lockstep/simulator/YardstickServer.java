package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.RoundWriter;
import io.lockstep.telemetry.otlp.Sample;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// One server of the [Yardstick]: its values, and the request that holds them, of which each second
/// only times and values are written anew. One thread at a time.
final class YardstickServer implements AutoCloseable {
  private final List<Series> series = new ArrayList<>();
  private final List<Movement> movements = new ArrayList<>();
  private final List<Sample> samples = new ArrayList<>();
  private final double[] values;
  private final OtlpWriter otlp;
  private final RoundWriter writer;
  private long random;

  /// @param host its name
  /// @param seed of its values
  /// @param bootNanos since when counters count, Unix nanoseconds
  YardstickServer(String host, long seed, long bootNanos) {
    for (int i = 0; i < ClusterSpec.PER_SERVER; i++) {
      String uuid =
          "GPU-" + UUID.nameUUIDFromBytes((host + "/" + i).getBytes(StandardCharsets.UTF_8));
      Yardstick.gpu().forEach(value -> add(value, uuid));
    }
    for (String port : ClusterSpec.PORTS) {
      Yardstick.port().forEach(value -> add(value, port));
    }
    Yardstick.host().forEach(value -> add(value, value.part()));
    this.values = new double[series.size()];
    this.random = new Chance(seed).of(host).bits(0) | 1;
    for (int i = 0; i < values.length; i++) {
      values[i] = movements.get(i).first(nextRandom());
      samples.add(shown(i));
    }
    this.otlp = Encoder.writer(host);
    this.writer = new RoundWriter(otlp, bootNanos);
  }

  private void add(Yardstick.Value value, String subject) {
    series.add(Series.of(value.column().table(), value.column().name(), subject));
    movements.add(Movements.of(value.column()));
  }

  private Sample shown(int i) {
    return series.get(i).at(movements.get(i).shown(values[i]));
  }

  /// The values of the next second as a request.
  ///
  /// @return bytes that are good until the next call
  byte[] next(long timeNanos) {
    for (int i = 0; i < values.length; i++) {
      Movement movement = movements.get(i);
      if (movement.moves()) {
        double before = values[i];
        values[i] = movement.next(before, nextRandom());
        if (values[i] != before) {
          samples.set(i, shown(i));
        }
      }
    }
    return writer.metrics(samples, timeNanos);
  }

  /// The values of the second that was made last, in the order of the request's making.
  List<Sample> samples() {
    return List.copyOf(samples);
  }

  /// Xorshift64 (Marsaglia 2003), whose high bits are good enough here.
  private long nextRandom() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    return random;
  }

  @Override
  public void close() {
    otlp.close();
  }
}
