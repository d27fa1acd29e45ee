package io.lockstep.collector;

import io.lockstep.collector.http.MetricSource;
import io.lockstep.collector.http.MetricText;
import io.lockstep.collector.window.Host;
import io.lockstep.collector.window.Window;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/// Whose clock differs from the collector's, at `/metrics`: the hundred that differ most.
/// Timestamps are never rewritten, so that the store has such a sender's rows at its own times.
record ClockMetrics(Supplier<List<Window>> windows) implements MetricSource {
  private static final String NAME = "lockstep_collector_host_clock_offset_seconds";
  private static final int HOSTS_MAX = 100;

  /// Read once: a host's offset changes while others are asked for theirs.
  private record Off(String cluster, String host, double seconds) {
    static Off of(String cluster, Host host) {
      return new Off(cluster, host.name(), -host.clockOffsetNanos() / 1e9);
    }
  }

  @Override
  public void writeTo(MetricText text) {
    List<Off> all =
        windows.get().stream()
            .flatMap(window ->
                window.hosts().stream()
                    .map(host -> Off.of(window.cluster(), host))
                    .filter(off -> off.seconds() != 0))
            .sorted(Comparator.comparingDouble(off -> -Math.abs(off.seconds())))
            .toList();
    text.gauge(
        "lockstep_collector_hosts_clock_off",
        "Hosts whose clock is a quarter of a second or more from the collector's.",
        all.size());
    text.family(
        NAME,
        "gauge",
        "How far a host's clock is ahead of the collector's; of the hundred that are furthest off.");
    for (Off off : all.subList(0, Math.min(HOSTS_MAX, all.size()))) {
      text.sample(NAME, off.seconds(), "cluster", off.cluster(), "host", off.host());
    }
  }
}
