package io.lockstep.collector.http;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.alert.Round;
import io.lockstep.collector.detect.Detector;
import io.lockstep.collector.detect.Detectors;
import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.Prompt;
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
import io.lockstep.telemetry.rows.Event;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// A simulated cluster in virtual time with everything between its bytes and what operators see:
/// window, detectors, alert book, views.
final class WatchedCluster {
  private static final long DELAY_NANOS = 120_000_000;

  final Window window = new Window("c");
  final AlertBook book = new AlertBook(AlertBook.Config.DEFAULT, List.of());
  final List<Injected> injected;
  private final Simulation simulation;
  private final BatchReader reader = new BatchReader(Limits.DEFAULT);
  private final List<Detector> detectors = Detectors.all(Detectors.Config.DEFAULT);
  private long nowNanos = Batches.START;

  WatchedCluster(ClusterSpec spec, String... faults) {
    injected = Injected.place(spec, List.of(faults).stream().map(Fault::parse).toList());
    simulation = new Simulation(spec, injected, StepTimes.usual(spec), Batches.START);
  }

  void run(int seconds) {
    for (int i = 0; i < seconds; i++) {
      simulation.advance(this::take);
      quiet(1);
    }
  }

  /// Time goes on and nothing comes.
  void quiet(int seconds) {
    for (int i = 0; i < seconds; i++) {
      nowNanos += Batches.SECOND;
      window.seal(nowNanos + DELAY_NANOS);
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
    var round = new Round(Long.MAX_VALUE, Set.of());
    detector.judge(window, round);
    book.apply(
        "c", detector.name(), detector.patience(), detector.keep(), round, window.nowNanos());
  }

  /// An event that is judged as it arrives.
  void happened(Event event) {
    for (Detector detector : detectors) {
      if (detector instanceof Prompt prompt) {
        Prompt.Verdict verdict = prompt.happened(window, event, nowNanos);
        Finding finding = verdict == null ? null : verdict.finding();
        if (verdict != null && finding != null) {
          book.happened(prompt.name(), prompt.patience(), verdict.subject(), finding, nowNanos);
        }
      }
    }
  }

  Snapshot views() {
    Instant now = Instant.ofEpochSecond(0, window.nowNanos());
    return new ClusterViews(window, book, _ -> List.of(), List::of).at(now);
  }
}
