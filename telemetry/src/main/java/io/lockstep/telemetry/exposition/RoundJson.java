package io.lockstep.telemetry.exposition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/// One round of samples as one JSON object, for scripts: `host`, `time`, `samples` (`metric`,
/// `unit`, `attributes`, `value`) and `events` (`name`, `time`, `body`, `attributes`).
public final class RoundJson {
  private static final ObjectWriter WRITER =
      new ObjectMapper().writer(SerializationFeature.INDENT_OUTPUT);
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private RoundJson() {}

  /// The object, ended by a line break. Samples are sorted by metric and attributes, events stand
  /// in their order.
  public static String of(
      String host, Instant time, List<Sample> samples, List<Occurrence> events) {
    ObjectNode round = NODES.objectNode();
    round.put("host", host).put("time", time.toString());
    var sampleNodes = round.putArray("samples");
    samples.stream()
        .sorted(
            Comparator.comparing((Sample sample) -> sample.metric().name())
                .thenComparing(sample -> Family.labels(sample).toString()))
        .forEach(sample -> sampleNodes.add(node(sample)));
    var eventNodes = round.putArray("events");
    events.forEach(event -> eventNodes.add(node(event)));
    try {
      return WRITER.writeValueAsString(round) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode node(Sample sample) {
    ObjectNode node = NODES.objectNode();
    node.put("metric", sample.metric().name()).put("unit", sample.metric().unit());
    ObjectNode attributes = node.putObject("attributes");
    Family.labels(sample).forEach(attributes::put);
    if (sample.integral()) {
      return node.put("value", sample.bits());
    }
    return node.put("value", sample.value());
  }

  private static ObjectNode node(Occurrence event) {
    ObjectNode node = NODES.objectNode();
    long nanos = event.timeNanos();
    Instant time = Instant.ofEpochSecond(nanos / 1_000_000_000L, nanos % 1_000_000_000L);
    node.put("name", event.name()).put("time", time.toString()).put("body", event.body());
    ObjectNode attributes = node.putObject("attributes");
    new TreeMap<>(event.attributes()).forEach(attributes::put);
    return node;
  }
}
