package io.lockstep.collector.http;

import io.lockstep.collector.alert.Alert;
import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.Words;
import io.lockstep.collector.http.IncidentView.AlertView;
import io.lockstep.collector.http.IncidentView.DeliveryView;
import io.lockstep.collector.http.IncidentView.Evidence;
import io.lockstep.collector.notify.SinkStatus;
import io.lockstep.collector.state.Delivery;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Incidents as people read them.
final class IncidentViews {
  private static final Comparator<Incident> NEWEST_FIRST =
      Comparator.comparing(Incident::isOpen).thenComparingLong(Incident::openedNanos).reversed();

  private IncidentViews() {}

  /// Open ones, then resolved ones, each newest first.
  ///
  /// @param deliveries what became of the messages about an incident, by its id
  /// @param sinks how those fare who are told
  static List<IncidentView> of(
      Window window,
      Collection<Incident> incidents,
      Function<String, List<Delivery>> deliveries,
      List<SinkStatus> sinks) {
    Map<String, SinkStatus> byName =
        sinks.stream().collect(Collectors.toMap(SinkStatus::name, Function.identity()));
    return incidents.stream()
        .sorted(NEWEST_FIRST)
        .map(one -> {
          List<DeliveryView> told =
              deliveries.apply(one.id()).stream()
                  .map(delivery -> view(delivery, byName.get(delivery.sink())))
                  .toList();
          return view(window, one, told);
        })
        .toList();
  }

  private static IncidentView view(
      Window window, Incident incident, List<DeliveryView> deliveries) {
    Alert lead = incident.lead();
    Finding finding = lead.finding();
    var evidence = new ArrayList<Evidence>();
    finding.evidence().forEach((name, value) -> evidence.add(new Evidence(name, value)));
    return new IncidentView(
        incident.id(),
        incident.subject().cluster(),
        incident.kind().label(),
        incident.subject().host(),
        incident.subject().subject(),
        incident.severity().name().toLowerCase(Locale.ROOT),
        incident.action().name().toLowerCase(Locale.ROOT),
        incident.isOpen() ? IncidentView.OPEN : "resolved",
        instant(incident.onsetNanos()),
        instant(incident.openedNanos()),
        incident.isOpen() ? null : instant(incident.resolvedNanos()),
        title(window, incident),
        incident.told(),
        evidence,
        incident.jobs(),
        lead.detector(),
        incident.alerts().stream().map(alert -> view(alert, incident)).toList(),
        deliveries);
  }

  private static DeliveryView view(Delivery delivery, @Nullable SinkStatus sink) {
    boolean pending = delivery.state() == Delivery.State.PENDING;
    String trouble = pending && sink != null ? trouble(sink) : "";
    return new DeliveryView(
        delivery.sink(),
        delivery.message(),
        delivery.event(),
        trouble.isEmpty() ? state(delivery) : trouble,
        delivery.attempts(),
        instant(delivery.madeNanos()),
        instant(delivery.changedNanos()),
        !trouble.isEmpty() && delivery.answer().isEmpty() && sink != null
            ? Objects.requireNonNullElse(sink.lastError(), "")
            : delivery.answer());
  }

  /// A message that waits fares as its sink does, whether or not it was tried itself.
  private static String trouble(SinkStatus sink) {
    return switch (sink.state()) {
      case OFF -> "off";
      case RETRYING -> "retrying";
      case UNTRIED, WORKING, REFUSING -> "";
    };
  }

  private static String state(Delivery delivery) {
    return switch (delivery.state()) {
      case PENDING -> delivery.attempts() == 0 ? "waiting" : "retrying";
      case DELIVERED -> "delivered";
      case REFUSED -> "refused";
      case DROPPED -> "dropped";
    };
  }

  private static AlertView view(Alert alert, Incident incident) {
    boolean over = alert.state() == Alert.State.RESOLVED;
    return new AlertView(
        alert.detector(),
        incident.subject().subject(),
        over ? "resolved" : IncidentView.OPEN,
        instant(alert.finding().onsetNanos()),
        over ? instant(alert.resolvedNanos()) : null,
        alert.finding().told());
  }

  private static String title(Window window, Incident incident) {
    String host = incident.subject().host();
    String subject = incident.subject().subject();
    return switch (incident.lead().finding().kind()) {
      case JOB_SLOW -> "Slow " + subject.replace('/', ' ');
      case GPU_PROGRAM_FAILED -> "A program failed on " + of(window, host, subject);
      case HOST_DEGRADED -> "A fault of " + host + place(subject);
      case PORT_DEGRADED -> "Port " + subject + " of " + host + " is slower than it was";
      case SITE_CHECK -> "Check " + subject.substring("check/".length()) + " of " + host;
      case INVENTORY_DIFFERS ->
          "Inventory of " + host + ": " + subject.substring("inventory/".length());
      case PORT_DOWN -> "Port " + subject + " of " + host + " is down";
      case PORT_FLAPPING -> "Port " + subject + " of " + host + " flaps";
      case GPU_SLOW -> "Slow " + gpu(window, host, subject) + " of " + host;
      case GPU_THROTTLED -> of(window, host, subject) + " is held back";
      case GPU_DEGRADED -> of(window, host, subject) + " is degraded";
      case GPU_FAILING -> of(window, host, subject) + " is failing";
      case NVSWITCH_FAILING -> "An NVSwitch of " + host + " is failing";
      case GPU_LOST -> of(window, host, subject) + " is lost";
      case HOST_SLOW -> "Slow server " + host;
      case HOST_SILENT -> "No word from " + host;
      case COLLECTOR_DEAF -> "The collector hears almost nobody";
      case STORE_FAILING -> "The store fails";
    };
  }

  /// Nothing where it is the server as a whole.
  private static String place(String subject) {
    return subject.equals(Table.HOST_SUBJECT) ? "" : ": " + subject;
  }

  private static String of(Window window, String host, String subject) {
    return gpu(window, host, subject) + " of " + host;
  }

  private static String gpu(Window window, String host, String subject) {
    Integer index = HostViews.index(window, host, subject);
    if (index == null) {
      return subject.replace('/', ' ');
    }
    return "GPU " + index + Words.uuidWhereMoved(window, host, subject);
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }
}
