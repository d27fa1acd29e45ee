package io.lockstep.simulator;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.Sample;
import io.lockstep.telemetry.otlp.TrainingStep;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// Writes OTLP in the name of one server's agent. Any thread.
final class Encoder {
  private final ReentrantLock lock = new ReentrantLock();
  private final OtlpWriter writer;
  private final long bootNanos;

  /// @param bootNanos since when counters count, Unix nanoseconds
  Encoder(String host, long bootNanos) {
    this.writer = writer(host);
    this.bootNanos = bootNanos;
  }

  /// Writes as the agent of that host would.
  static OtlpWriter writer(String host) {
    return new OtlpWriter(
        Resource.create(
            Attributes.builder()
                .put("host.name", host)
                .put("service.name", "lockstep-agent")
                .put("service.version", Simulation.VERSION)
                .build(),
            Contract.SCHEMA_URL));
  }

  byte[] metrics(List<Sample> samples, long timeNanos) {
    return locked(() -> writer.metrics(samples, timeNanos, bootNanos));
  }

  byte[] events(List<Occurrence> events) {
    return locked(() -> writer.events(events));
  }

  /// Each rank's request behind the other, as protobuf joins repeated fields and an agent joins its
  /// ranks' requests; the exporter itself would put the ranks of one request in any order.
  byte[] steps(List<TrainingStep> steps) {
    var out = new ByteArrayOutputStream(1024 * steps.size());
    steps.forEach(step -> out.writeBytes(locked(() -> writer.steps(List.of(step)))));
    return out.toByteArray();
  }

  private byte[] locked(Supplier<byte[]> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }
}
