package io.lockstep.collector.http;

import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.window.Watched;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is wrong with which part of a cluster: the open incidents by their subjects.
final class OpenFaults {
  private final Map<Watched, IncidentKind> kinds = new HashMap<>();

  OpenFaults(Collection<Incident> incidents) {
    for (Incident incident : incidents) {
      if (incident.isOpen()) {
        var subject = new Watched(incident.subject().host(), incident.subject().subject());
        kinds.put(subject, incident.kind());
      }
    }
  }

  /// The kind of the open incident about a subject; null when there is none.
  @Nullable IncidentKind of(String host, String subject) {
    return kinds.get(new Watched(host, subject));
  }
}
