package io.lockstep.agent.listen;

import io.lockstep.agent.batch.Encoder;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.Signal;
import io.lockstep.telemetry.rows.BatchReader;
import java.time.InstantSource;

/// Asks the reader that the collector uses: what it can't read must not get into a batch with what
/// others sent.
final class OtlpCheck implements OtlpHandler.Check {
  /// Any id: without one the reader takes more trouble.
  private static final BatchId ID = new BatchId("check", 0, 0);

  private final BatchReader reader = new BatchReader(BatchReader.Limits.DEFAULT);

  private final InstantSource clock;

  OtlpCheck(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public void check(Signal signal, byte[] protobuf) throws OtlpException {
    reader.read("", _ -> true, "", signal, ID, protobuf, Encoder.nanos(clock.instant()));
  }
}
