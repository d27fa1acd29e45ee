package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// The series of a kind of parts (disks, interfaces, file systems), by the part's name, made when a
/// part is first seen and dropped when it is not there any more.
final class PartSeries {
  private static final int PARTS_MAX = 256;

  private final Map<String, List<Series>> series = new HashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final Watch bound = new Watch("", "parts beyond " + PARTS_MAX);
  private final List<Column> columns;

  /// @param columns of the table `part`
  PartSeries(String... columns) {
    this.columns = Stream.of(columns).map(name -> Contract.column(Table.PART, name)).toList();
  }

  /// A part's series, one per column, in the columns' order; empty when there are too many parts.
  List<Series> of(String part) {
    if (seen.size() >= PARTS_MAX || !seen.add(part)) {
      return List.of();
    }
    return series.computeIfAbsent(
        part, name -> columns.stream().map(column -> Series.of(column, name)).toList());
  }

  /// The round is over.
  void end(Notes notes) {
    if (seen.size() >= PARTS_MAX) {
      bound.bad(notes, "there are too many; exclude those that do not matter");
    } else {
      bound.good(notes);
    }
    series.keySet().retainAll(seen);
    seen.clear();
  }
}
