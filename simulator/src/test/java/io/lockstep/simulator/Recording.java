package io.lockstep.simulator;

import static io.lockstep.telemetry.otlp.Signal.TRACES;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.BatchReader;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What a simulation sent, read from its bytes as a collector reads them.
final class Recording {
  static final long ORIGIN = 1_800_000_000L * Nanos.SECOND;

  final ClusterSpec spec;
  final List<Injected> injected;
  final List<Parcel> parcels = new ArrayList<>();
  final List<Batch> batches = new ArrayList<>();

  private Recording(ClusterSpec spec, List<Injected> injected) {
    this.spec = spec;
    this.injected = injected;
  }

  /// A cluster with these faults, for so many seconds.
  static Recording of(ClusterSpec spec, int seconds, String... faults) {
    return of(spec, StepTimes.usual(spec), _ -> true, seconds, faults);
  }

  /// Only the steps, which is much faster.
  static Recording ofSteps(ClusterSpec spec, int seconds, String... faults) {
    return of(spec, StepTimes.usual(spec), parcel -> parcel.signal() == TRACES, seconds, faults);
  }

  /// Only the steps, on another time base.
  static Recording ofSteps(ClusterSpec spec, StepTimes times, int seconds) {
    return of(spec, times, parcel -> parcel.signal() == TRACES, seconds);
  }

  private static Recording of(
      ClusterSpec spec, StepTimes times, Predicate<Parcel> which, int seconds, String... faults) {
    List<Injected> injected = Injected.place(spec, Stream.of(faults).map(Fault::parse).toList());
    var recording = new Recording(spec, injected);
    var simulation = new Simulation(spec, injected, times, ORIGIN);
    for (int i = 0; i < seconds; i++) {
      simulation.advance(parcel -> {
        if (which.test(parcel)) {
          recording.take(parcel);
        }
      });
    }
    return recording;
  }

  private void take(Parcel parcel) {
    parcels.add(parcel);
    Batch batch = read(parcel);
    if (batch.refused() > 0) {
      throw new IllegalStateException("the simulator sends what is refused: " + batch.reason());
    }
    batches.add(batch);
  }

  static Batch read(Parcel parcel) {
    try {
      var reader = new BatchReader(BatchReader.Limits.DEFAULT);
      return reader.read(
          "c",
          _ -> true,
          "sender",
          parcel.signal(),
          parcel.id(),
          parcel.body(),
          parcel.timeNanos());
    } catch (OtlpException e) {
      throw new IllegalStateException(e);
    }
  }

  Stream<Row> rows(Table table) {
    return batches.stream().flatMap(batch -> batch.rows().stream()).filter(r -> r.table() == table);
  }

  /// The rows of one subject, oldest first.
  List<Row> rows(Table table, String host, String subject) {
    return rows(table)
        .filter(row -> row.host().equals(host) && row.subject().equals(subject))
        .toList();
  }

  /// The last of them at or before so many seconds.
  Row rowAt(Table table, String host, String subject, double seconds) {
    return rows(table, host, subject).stream()
        .filter(row -> row.timeNanos() <= ORIGIN + (long) (seconds * 1e9))
        .reduce((_, later) -> later)
        .orElseThrow();
  }

  Stream<Event> events() {
    return batches.stream().flatMap(batch -> batch.events().stream());
  }

  /// Iteration → its steps by rank.
  NavigableMap<Long, NavigableMap<Integer, Step>> iterations() {
    var iterations = new TreeMap<Long, NavigableMap<Integer, Step>>();
    for (Batch batch : batches) {
      for (Step step : batch.steps()) {
        iterations.computeIfAbsent(step.iteration(), _ -> new TreeMap<>()).put(step.rank(), step);
      }
    }
    iterations.values().removeIf(ranks -> ranks.size() < spec.ranks());
    return iterations;
  }

  static double value(Row row, String column) {
    return row.value(Contract.column(row.table(), column));
  }

  static double value(Step step, String column) {
    return value(step.row(), column);
  }

  /// Seconds since the start.
  static double seconds(long nanos) {
    return (nanos - ORIGIN) / 1e9;
  }

  /// Every value of a row, by its column's name.
  static Map<String, Double> values(Row row) {
    var values = new TreeMap<String, Double>();
    for (Column column : Contract.columns(row.table())) {
      if (row.has(column)) {
        values.put(column.name(), row.value(column));
      }
    }
    return values;
  }
}
