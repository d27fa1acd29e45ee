package io.lockstep.launcher;

import io.lockstep.simulator.Latencies;
import org.jspecify.annotations.Nullable;

/// From a point's time to the end of the round that judged its second: what the collector says of
/// its rounds, and that points are spread evenly over each second.
final class JudgedTimes {
  private static final int PLACES = 20;

  private final Latencies latencies = new Latencies();
  private double until;

  /// Takes what the collector says; twice the same counts once.
  void add(SelfMetrics metrics) {
    double now = metrics.get("lockstep_collector_judged_until_timestamp_seconds");
    double at = metrics.get("lockstep_collector_judged_timestamp_seconds");
    if (now <= 0 || now == until) {
      return;
    }
    for (double second = until == 0 ? now - 1 : until; second < now; second++) {
      for (int place = 0; place < PLACES; place++) {
        double time = second + (place + 0.5) / PLACES;
        latencies.add((long) ((at - time) * 1e9));
      }
    }
    until = now;
  }

  /// What it comes to; null when nobody told.
  IngestReport.@Nullable Times times() {
    if (latencies.count() == 0) {
      return null;
    }
    return new IngestReport.Times(
        latencies.at(0.5).toNanos() / 1e9,
        latencies.at(0.99).toNanos() / 1e9,
        latencies.longest().toNanos() / 1e9);
  }
}
