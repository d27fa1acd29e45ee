package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.Signal;
import io.lockstep.telemetry.otlp.TrainingStep;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;
import java.util.function.Consumer;

/// A cluster in virtual time: says what every agent would send, second by second. The same spec,
/// faults and start give the same values; only the order of ranks within a request is the
/// exporter's.
public final class Simulation {
  private static final long SECOND = 1_000_000_000L;

  private final ClusterSpec spec;
  private final Health health;
  private final long originNanos;
  private final Server[] servers;
  private final OtlpWriter[] writers;
  private final long[] numbers;
  private final Job job;
  private long second;

  /// @param faults as [Injected#place] gives them
  /// @param originNanos the start, Unix nanoseconds, a whole second
  public Simulation(ClusterSpec spec, List<Injected> faults, StepTimes times, long originNanos) {
    this.spec = spec;
    this.health = new Health(List.copyOf(faults));
    this.originNanos = originNanos;
    this.servers = new Server[spec.servers()];
    this.writers = new OtlpWriter[spec.servers()];
    this.numbers = new long[spec.servers()];
    for (int i = 0; i < servers.length; i++) {
      servers[i] = new Server(spec, health, i);
      writers[i] = new OtlpWriter(agent(i));
    }
    this.job = new Job(spec, health, times);
  }

  private Resource agent(int server) {
    return Resource.create(
        Attributes.builder()
            .put("host.name", spec.host(server))
            .put("service.name", "lockstep-agent")
            .put("service.version", "simulated")
            .build());
  }

  /// The next second: every server's round, what happened, and the steps that ended in it.
  ///
  /// @param out takes each request, in the order of time
  public void advance(Consumer<Parcel> out) {
    long now = originNanos + second * SECOND;
    for (int i = 0; i < servers.length; i++) {
      var samples = servers[i].sample(second);
      var events = servers[i].events(second, now);
      if (health.silent(i, (double) second)) {
        continue;
      }
      out.accept(
          new Parcel(
              i, Signal.METRICS, next(i), now, writers[i].metrics(samples, now, originNanos)));
      if (!events.isEmpty()) {
        out.accept(new Parcel(i, Signal.LOGS, next(i), now, writers[i].events(events)));
      }
    }
    second++;
    while (job.end() < second) {
      steps(out);
    }
  }

  /// The ranks of a silent server go on: with nobody on the server to hand their steps to, they
  /// send for themselves, as any OpenTelemetry program does.
  private void steps(Consumer<Parcel> out) {
    double end = job.end();
    long now = originNanos + Math.round(end * SECOND);
    List<List<TrainingStep>> steps = job.finish(originNanos);
    for (int i = 0; i < servers.length; i++) {
      BatchId id = health.silent(i, end) ? null : next(i);
      out.accept(new Parcel(i, Signal.TRACES, id, now, writers[i].steps(steps.get(i))));
    }
  }

  private BatchId next(int server) {
    return new BatchId(spec.host(server), originNanos / 1_000_000, numbers[server]++);
  }

  /// Seconds simulated so far.
  public long second() {
    return second;
  }
}
