package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.Sample;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;

/// One server of the [Yardstick] and its values, second by second. One thread at a time.
final class YardstickServer {
  private final List<Place> places = new ArrayList<>();
  private final List<Series> series = new ArrayList<>();
  private final List<Movement> movements = new ArrayList<>();
  private final List<Sample> samples = new ArrayList<>();
  private final BitSet everySecond = new BitSet();
  private final Yardstick yardstick;
  private final double[] values;
  private long random;

  /// Whose a value is.
  ///
  /// @param value what of its kind
  /// @param subject a GPU's UUID, a port, a part; empty for the host
  record Place(Yardstick.Value value, String subject) {}

  /// @param host its name
  /// @param seed of its values
  YardstickServer(Yardstick yardstick, String host, long seed) {
    this.yardstick = yardstick;
    for (int i = 0; i < ClusterSpec.PER_SERVER; i++) {
      byte[] name = (host + "/" + i).getBytes(StandardCharsets.UTF_8);
      String uuid = "GPU-" + UUID.nameUUIDFromBytes(name);
      yardstick.gpu().forEach(value -> add(new Place(value, uuid)));
    }
    for (String port : ClusterSpec.PORTS) {
      yardstick.port().forEach(value -> add(new Place(value, port)));
    }
    yardstick.host().forEach(value -> add(new Place(value, value.part())));
    this.values = new double[series.size()];
    this.random = new Chance(seed).of(host).bits(0) | 1;
    for (int i = 0; i < values.length; i++) {
      values[i] = movements.get(i).first(nextRandom());
      samples.add(shown(i));
    }
  }

  private void add(Place place) {
    var column = place.value.column();
    everySecond.set(places.size(), yardstick.everySecond(place.value));
    places.add(place);
    series.add(Series.of(column.table(), column.name(), place.subject));
    movements.add(Movements.of(column));
  }

  private Sample shown(int i) {
    return series.get(i).at(movements.get(i).shown(values[i]));
  }

  /// Whose the values are, in their order: those of a GPU together, then those of a port, then the
  /// host's.
  ///
  /// @param whole of a second in which everything is sent
  List<Place> places(boolean whole) {
    return sent(places, whole);
  }

  /// The values of now.
  ///
  /// @param whole as above
  List<Sample> samples(boolean whole) {
    return sent(samples, whole);
  }

  private <T> List<T> sent(List<T> all, boolean whole) {
    if (whole) {
      return List.copyOf(all);
    }
    var some = new ArrayList<T>(everySecond.cardinality());
    for (int i = everySecond.nextSetBit(0); i >= 0; i = everySecond.nextSetBit(i + 1)) {
      some.add(all.get(i));
    }
    return some;
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
