package io.lockstep.agent.sample.textfile;

import io.lockstep.agent.sample.textfile.TextFamily.Line;
import io.lockstep.agent.sample.textfile.TextFamily.Type;
import io.lockstep.agent.sample.textfile.TextFolder.TextFile;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.exposition.PrometheusText;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/// What several files say together must fit together: no value twice, no name with two types, not
/// too much of all. Of two files that do not fit the first by name counts.
final class TextNames {
  /// What the agent says itself on `/metrics`.
  private static final Set<String> OWN =
      Contract.metrics().stream().map(TextNames::shown).collect(Collectors.toSet());

  private record Series(String name, SortedMap<String, String> labels) {}

  private final Map<String, Type> types = new HashMap<>();
  private final Map<Series, String> seen = new HashMap<>();
  private final int seriesMax;

  TextNames(int seriesMax) {
    this.seriesMax = seriesMax;
  }

  private static String shown(Metric metric) {
    return PrometheusText.name(metric.name(), metric.unit(), metric.kind());
  }

  /// Takes a file's names.
  ///
  /// @return why the file is not taken; empty when it is
  String take(TextFile file) {
    Map<Series, String> own = new HashMap<>();
    for (TextFamily family : file.families()) {
      String why = refusal(family);
      if (!why.isEmpty()) {
        return why;
      }
      for (Line line : family.lines()) {
        var series = new Series(line.name(), line.labels());
        String other = seen.get(series);
        if (other != null) {
          return line.name() + " with the same labels stands in " + other + " too";
        }
        own.put(series, file.path());
      }
    }
    if (seen.size() + own.size() > seriesMax) {
      return "with it there are more than "
          + seriesMax
          + " values; samplers.textfile.series_max"
          + " allows more";
    }
    seen.putAll(own);
    file.families().forEach(family -> types.putIfAbsent(family.name(), family.type()));
    return "";
  }

  private String refusal(TextFamily family) {
    String name = family.name();
    if (OWN.contains(name) || name.equals("target_info") || name.startsWith("node_textfile_")) {
      return name + " is a name of the agent's own";
    }
    Type other = types.get(name);
    return other == null || other == family.type()
        ? ""
        : name + " is a " + family.type().label() + " here and a " + other.label() + " elsewhere";
  }
}
