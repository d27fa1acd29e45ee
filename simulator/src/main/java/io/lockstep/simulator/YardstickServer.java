package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.Sample;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/// One server of the [Yardstick] and its values, second by second. One thread at a time.
final class YardstickServer {
  private final List<Place> places = new ArrayList<>();
  private final List<Series> series = new ArrayList<>();
  private final List<Movement> movements = new ArrayList<>();
  private final List<Sample> samples = new ArrayList<>();
  private final double[] values;
  private long random;

  /// Whose a value is.
  ///
  /// @param value what of its kind
  /// @param subject a GPU's UUID, a port, a part; empty for the host
  record Place(Yardstick.Value value, String subject) {}

  /// @param host its name
  /// @param seed of its values
  YardstickServer(String host, long seed) {
    for (int i = 0; i < ClusterSpec.PER_SERVER; i++) {
      byte[] name = (host + "/" + i).getBytes(StandardCharsets.UTF_8);
      String uuid = "GPU-" + UUID.nameUUIDFromBytes(name);
      Yardstick.gpu().forEach(value -> add(new Place(value, uuid)));
    }
    for (String port : ClusterSpec.PORTS) {
      Yardstick.port().forEach(value -> add(new Place(value, port)));
    }
    Yardstick.host().forEach(value -> add(new Place(value, value.part())));
    this.values = new double[series.size()];
    this.random = new Chance(seed).of(host).bits(0) | 1;
    for (int i = 0; i < values.length; i++) {
      values[i] = movements.get(i).first(nextRandom());
      samples.add(shown(i));
    }
  }

  private void add(Place place) {
    var column = place.value.column();
    places.add(place);
    series.add(Series.of(column.table(), column.name(), place.subject));
    movements.add(Movements.of(column));
  }

  private Sample shown(int i) {
    return series.get(i).at(movements.get(i).shown(values[i]));
  }

  /// Whose the values are, in their order: those of a GPU together, then those of a port, then the
  /// host's.
  List<Place> places() {
    return Collections.unmodifiableList(places);
  }

  /// The values of now.
  ///
  /// @return always the same list, which changes with [#advance]
  List<Sample> samples() {
    return Collections.unmodifiableList(samples);
  }

  /// Goes on by a second.
  void advance() {
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
  }

  /// Xorshift64 (Marsaglia 2003), whose high bits are good enough here.
  private long nextRandom() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    return random;
  }
}
