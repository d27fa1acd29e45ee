package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.RoundWriter;
import io.lockstep.telemetry.otlp.Sample;
import java.util.List;

/// As agents write: a request that is made once, and into which times and values are written.
final class OtlpWriting implements Writing {
  private final Wire wire;
  private final RoundWriter writer;

  OtlpWriting(Wire wire, String host, long bootNanos) {
    this.wire = wire;
    this.writer = new RoundWriter(Encoder.writer(host), bootNanos);
  }

  @Override
  public byte[] body(List<Sample> samples, long timeNanos) {
    return writer.metrics(samples, timeNanos);
  }

  @Override
  public Envelope envelope(BatchId id, boolean gzip) {
    return Envelope.otlp(wire.path(), gzip, wire == Wire.OTLP ? id : null);
  }
}
