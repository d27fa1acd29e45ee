package io.lockstep.collector.http;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.notify.SinkStatus;
import io.lockstep.collector.state.Delivery;
import io.lockstep.collector.window.Window;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/// What operators see of one cluster, read from its window, the alert book and the notifier. Reads
/// sealed slots and published incidents only, so it disturbs nobody.
public final class ClusterViews implements Views {
  private final Window window;
  private final AlertBook book;
  private final Function<String, List<Delivery>> deliveries;
  private final Supplier<List<SinkStatus>> sinks;

  /// @param deliveries what became of the messages about an incident, by its id, oldest first
  /// @param sinks how those fare who are told
  public ClusterViews(
      Window window,
      AlertBook book,
      Function<String, List<Delivery>> deliveries,
      Supplier<List<SinkStatus>> sinks) {
    this.window = window;
    this.book = book;
    this.deliveries = deliveries;
    this.sinks = sinks;
  }

  @Override
  public String cluster() {
    return window.cluster();
  }

  @Override
  public Snapshot at(Instant now) {
    double seconds = now.getEpochSecond() + now.getNano() / 1e9;
    List<Incident> incidents =
        book.incidents().stream()
            .filter(incident -> incident.subject().cluster().equals(window.cluster()))
            .toList();
    var seats = new Seats(window, seconds);
    var hosts = new HostViews(window, new OpenFaults(incidents), seats, seconds);
    return new Snapshot(
        new ClusterView(window.cluster(), now, hosts.all()),
        new JobViews(window, seats, incidents, seconds).all(),
        IncidentViews.of(window, incidents, deliveries, sinks.get()),
        PlacementView.all(window),
        window.full(),
        MemoryView.of(window, now));
  }
}
