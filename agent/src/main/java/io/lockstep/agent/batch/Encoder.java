package io.lockstep.agent.batch;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.RoundWriter;
import io.lockstep.telemetry.otlp.Sample;
import io.lockstep.telemetry.otlp.Signal;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// Makes one OTLP request of each tick's samples, and of each handful of events, in this agent's
/// name.
public final class Encoder implements Outlet, AutoCloseable {
  /// Takes a request.
  public interface Requests {
    /// Takes one request; any thread.
    ///
    /// @param timeNanos when it was made, Unix nanoseconds
    /// @param protobuf an OTLP request of that signal; good until this returns
    void take(Signal signal, long timeNanos, byte[] protobuf);
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final OtlpWriter writer;
  private final RoundWriter rounds;
  private final InstantSource clock;
  private final Requests requests;

  /// Writes in the name of this agent.
  ///
  /// @param host this server's `host.name`
  /// @param version this agent's `service.version`
  /// @param startNanos since when counters count (boot of the host), Unix nanoseconds; 0 if unknown
  public Encoder(
      String host, String version, long startNanos, InstantSource clock, Requests requests) {
    this.writer = new OtlpWriter(resource(host, version));
    this.rounds = new RoundWriter(writer, startNanos);
    this.clock = clock;
    this.requests = requests;
  }

  private static Resource resource(String host, String version) {
    var attributes =
        Attributes.builder()
            .put("host.name", host)
            .put("service.name", "lockstep-agent")
            .put("service.version", version)
            .build();
    return Resource.create(attributes, Contract.SCHEMA_URL);
  }

  @Override
  public void metrics(Instant time, List<Sample> samples) {
    lock.lock(); // until it is taken: the next round is written to the same bytes
    try {
      requests.take(Signal.METRICS, nanos(time), rounds.metrics(samples, nanos(time)));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void events(List<Occurrence> events) {
    requests.take(Signal.LOGS, nanos(clock.instant()), request(events));
  }

  /// A request of [Signal#LOGS] with these events, which nobody sends.
  public byte[] request(List<Occurrence> events) {
    lock.lock();
    try {
      return writer.events(events);
    } finally {
      lock.unlock();
    }
  }

  /// Unix nanoseconds of a time.
  public static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      writer.close();
    } finally {
      lock.unlock();
    }
  }
}
