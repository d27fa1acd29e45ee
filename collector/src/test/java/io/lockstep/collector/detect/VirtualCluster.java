package io.lockstep.collector.detect;

import io.lockstep.collector.window.Batches;
import io.lockstep.collector.window.Window;
import io.lockstep.simulator.ClusterSpec;
import io.lockstep.simulator.Fault;
import io.lockstep.simulator.Injected;
import io.lockstep.simulator.Parcel;
import io.lockstep.simulator.Simulation;
import io.lockstep.simulator.StepTimes;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.rows.BatchReader;
import io.lockstep.telemetry.rows.BatchReader.Limits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A simulated cluster in virtual time, its bytes read as the collector reads them, all detectors
/// judging every second.
final class VirtualCluster {
  /// From sending to reading.
  private static final long DELAY_NANOS = 120_000_000;

  /// A detector's first finding on a subject.
  ///
  /// @param second since the start
  record First(long second, Finding finding) {}

  final Window window = new Window("c");
  final List<Injected> injected;

  /// Detector and subject → first finding, in the order of time.
  final Map<String, First> found = new LinkedHashMap<>();

  private final Simulation simulation;
  private final BatchReader reader = new BatchReader(Limits.DEFAULT);
  private final List<Detector> detectors = Detectors.all(Detectors.Config.DEFAULT);

  VirtualCluster(ClusterSpec spec, StepTimes times, String... faults) {
    injected = Injected.place(spec, List.of(faults).stream().map(Fault::parse).toList());
    simulation = new Simulation(spec, injected, times, Batches.START);
  }

  VirtualCluster(ClusterSpec spec, String... faults) {
    this(spec, StepTimes.usual(spec), faults);
  }

  void run(int seconds) {
    for (int i = 0; i < seconds; i++) {
      simulation.advance(this::take);
      window.seal(Batches.START + simulation.second() * Batches.SECOND + DELAY_NANOS);
      detectors.forEach(this::judge);
    }
  }

  private void take(Parcel parcel) {
    try {
      long arrival = parcel.timeNanos() + DELAY_NANOS;
      window.append(
          reader.read("c", _ -> true, "", parcel.signal(), parcel.id(), parcel.body(), arrival),
          arrival);
    } catch (OtlpException e) {
      throw new IllegalStateException(e);
    }
  }

  private void judge(Detector detector) {
    Heard.of(detector, window)
        .present
        .forEach((subject, finding) ->
            found.putIfAbsent(
                detector.name() + " " + subject, new First(simulation.second(), finding)));
  }

  /// How [#found] names a finding on an injected fault's subject.
  static String key(String detector, Injected fault) {
    return detector + " c/" + fault.host() + "/" + fault.subject();
  }
}
