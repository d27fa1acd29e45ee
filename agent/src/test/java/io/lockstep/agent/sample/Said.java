package io.lockstep.agent.sample;

import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// What a reading said, in a form that tests can ask: values by `metric{attribute=value, …}`.
record Said(Map<String, Double> values, List<Occurrence> events) {

  static Said of(Reading reading) {
    Map<String, Double> values = new TreeMap<>();
    for (Sample sample : reading.samples()) {
      if (values.put(key(sample), sample.value()) != null) {
        throw new AssertionError("said twice: " + key(sample));
      }
    }
    return new Said(values, reading.events());
  }

  private static String key(Sample sample) {
    Map<String, String> attributes = new TreeMap<>();
    sample.attributes().forEach((key, value) -> attributes.put(key.getKey(), value.toString()));
    return sample.metric().name() + attributes.toString().replace(", ", ",");
  }

  /// The value of that key, which must be there.
  double value(String key) {
    return Objects.requireNonNull(values.get(key), key);
  }

  List<String> eventNames() {
    return events.stream().map(Occurrence::name).toList();
  }
}
