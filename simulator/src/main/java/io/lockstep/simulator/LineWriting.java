package io.lockstep.simulator;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Sample;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// InfluxDB's line protocol, a line for each row of the contract: `gpu,host=…,subject=…
/// utilization=0.97,… 1700000000000`.
final class LineWriting implements Writing {
  private static final int MILLIS = 1_000_000;

  /// What stands before each value.
  private final List<String> before = new ArrayList<>();

  private final StringBuilder text = new StringBuilder(32_768);

  LineWriting(String host, List<YardstickServer.Place> places) {
    YardstickServer.Place last = null;
    for (YardstickServer.Place place : places) {
      Column column = place.value().column();
      boolean sameRow =
          last != null
              && last.value().column().table() == column.table()
              && last.subject().equals(place.subject());
      String start = sameRow ? "," : column.table().tableName() + tags(host, place) + " ";
      before.add(start + column.name() + "=");
      last = place;
    }
  }

  private static String tags(String host, YardstickServer.Place place) {
    String subject = place.subject().isEmpty() ? "host" : place.subject();
    return ",cluster=bench,host=" + host + ",subject=" + subject;
  }

  @Override
  public byte[] body(List<Sample> samples, long timeNanos) {
    text.setLength(0);
    long millis = timeNanos / MILLIS;
    for (int i = 0; i < before.size(); i++) {
      String start = before.get(i);
      if (i > 0 && start.charAt(0) != ',') {
        text.append(' ').append(millis).append('\n');
      }
      text.append(start);
      Sample sample = samples.get(i);
      if (sample.integral()) {
        text.append(sample.bits());
      } else {
        text.append(sample.value());
      }
    }
    return text.append(' ').append(millis).append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Envelope envelope(BatchId id, boolean gzip) {
    return Envelope.of(Wire.INFLUX.path(), Wire.INFLUX.type(), gzip ? "gzip" : "");
  }
}
