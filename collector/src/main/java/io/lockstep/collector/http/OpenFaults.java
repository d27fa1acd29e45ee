package io.lockstep.collector.http;

import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.window.Watched;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is wrong with which part of a cluster: the open incidents by their subjects.
final class OpenFaults {
  private static final Set<IncidentKind> GPU =
      EnumSet.of(
          IncidentKind.GPU_THROTTLED,
          IncidentKind.GPU_DEGRADED,
          IncidentKind.GPU_SLOW,
          IncidentKind.GPU_FAILING,
          IncidentKind.GPU_LOST);

  private final Map<Watched, IncidentKind> kinds = new HashMap<>();
  private final Map<String, List<String>> gpus = new HashMap<>();

  OpenFaults(Collection<Incident> incidents) {
    for (Incident incident : incidents) {
      if (incident.isOpen()) {
        var subject = new Watched(incident.subject().host(), incident.subject().subject());
        kinds.put(subject, incident.kind());
        if (GPU.contains(incident.kind()) && !subject.subject().startsWith("rank/")) {
          gpus.computeIfAbsent(subject.host(), _ -> new ArrayList<>()).add(subject.subject());
        }
      }
    }
  }

  /// The kind of the open incident about a subject; null when there is none.
  @Nullable IncidentKind of(String host, String subject) {
    return kinds.get(new Watched(host, subject));
  }

  /// The GPUs of a host that have an open incident.
  List<String> gpus(String host) {
    return gpus.getOrDefault(host, List.of());
  }
}
