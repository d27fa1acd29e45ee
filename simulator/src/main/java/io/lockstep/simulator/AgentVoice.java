package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import io.lockstep.telemetry.otlp.Signal;
import io.lockstep.telemetry.otlp.TrainingStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One server's agent, as it numbers and sends its batches. While it is silent, only the training
/// processes of its server send, for themselves and without batch ids, as any OpenTelemetry program
/// does that finds nobody on its own server. When it comes back it is a new run.
final class AgentVoice {
  private final int server;
  private final String host;
  private final long originNanos;
  private final Encoder encoder;
  private long run = -1;
  private long number;

  AgentVoice(ClusterSpec spec, int server, long originNanos, double uptimeSeconds) {
    this.server = server;
    this.host = spec.host(server);
    this.originNanos = originNanos;
    this.encoder = new Encoder(host, originNanos - (long) (uptimeSeconds * 1e9));
  }

  /// Whether it has begun and is not silent.
  boolean running() {
    return run >= 0;
  }

  /// Begins a run.
  ///
  /// @param nanos since the simulation's start
  Occurrence start(long nanos) {
    run = (originNanos + nanos) / 1_000_000;
    number = 0;
    return new Occurrence(
        "lockstep.agent.started",
        originNanos + nanos,
        "The agent of " + host + " started",
        Map.of("service.version", Simulation.VERSION));
  }

  /// Falls silent, without a word.
  void fallSilent() {
    run = -1;
  }

  Parcel metrics(long nanos, List<Sample> samples) {
    long time = originNanos + nanos;
    return new Parcel(server, Signal.METRICS, id(), time, () -> encoder.metrics(samples, time));
  }

  Parcel events(long nanos, List<Occurrence> events) {
    var all = List.copyOf(events);
    return new Parcel(server, Signal.LOGS, id(), originNanos + nanos, () -> encoder.events(all));
  }

  Parcel steps(long nanos, List<TrainingStep> steps) {
    var all = new ArrayList<>(steps);
    return new Parcel(server, Signal.TRACES, id(), originNanos + nanos, () -> encoder.steps(all));
  }

  private @Nullable BatchId id() {
    return running() ? new BatchId(host, run, number++) : null;
  }
}
