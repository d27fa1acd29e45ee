package io.lockstep.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.Signal;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.BatchReader;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
  private static final long ORIGIN = 1_800_000_000L * 1_000_000_000L;
  private static final Column COMPUTE = Contract.column(Table.RANK, "compute");
  private static final Column COMMUNICATION = Contract.column(Table.RANK, "communication");

  @Test
  void theSameSeedGivesTheSameValuesAndAnotherSeedOthers() throws OtlpException {
    assertThat(values(1)).isEqualTo(values(1)).isNotEqualTo(values(2));
  }

  /// The bytes of metrics and events, and the steps' own work: the exporter orders ranks by chance.
  private static List<Object> values(long seed) throws OtlpException {
    var spec = new ClusterSpec(8, seed, 2.5);
    var values = new ArrayList<Object>();
    run(
        spec,
        List.of(),
        20,
        parcel -> {
          if (parcel.signal() != Signal.TRACES) {
            values.add(ByteBuffer.wrap(parcel.body()));
          }
        });
    for (List<Step> steps : iterations(spec, List.of(), 20).values()) {
      var own = new TreeMap<Integer, Double>();
      steps.forEach(step -> own.put(step.rank(), step.row().value(COMPUTE)));
      values.add(own);
    }
    return values;
  }

  @Test
  void allRanksEndAStepTogetherAndTheSlowestWaitsLeast() throws OtlpException {
    var spec = new ClusterSpec(8, 3, 2.5);
    var injected = Injected.place(spec, List.of(Fault.parse("gpu-slow@node-0002/3")));
    int culprit = ClusterSpec.PER_SERVER + 3;
    int iterations = 0;
    for (List<Step> steps : iterations(spec, injected, 120).values()) {
      assertThat(steps).hasSize(64);
      assertThat(steps.stream().map(step -> step.row().timeNanos()).distinct()).hasSize(1);
      if (steps.getFirst().iteration() < 5) {
        continue;
      }
      iterations++;
      assertThat(most(steps, COMPUTE).rank()).isEqualTo(culprit);
      assertThat(least(steps, COMMUNICATION).rank()).isEqualTo(culprit);
    }
    assertThat(iterations).isGreaterThan(20);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void ownWorkVariesByHalfAPerCentAmongRanksOfOneReplica(long seed) throws OtlpException {
    var spec = new ClusterSpec(8, seed, 2.5);
    var deviations = new ArrayList<Double>();
    for (List<Step> steps : iterations(spec, List.of(), 100).values()) {
      double[] own =
          steps.stream()
              .filter(s -> s.rank() < 8)
              .mapToDouble(s -> s.row().value(COMPUTE))
              .toArray();
      double middle = median(own);
      deviations.add(median(Arrays.stream(own).map(x -> Math.abs(x / middle - 1)).toArray()));
    }
    double typical = median(deviations.stream().mapToDouble(Double::doubleValue).toArray());
    assertThat(typical).isBetween(0.003, 0.008);
  }

  @Test
  void heatMovesClockTemperatureReasonsPowerAndWorkTogetherAndNothingElse() throws OtlpException {
    var spec = new ClusterSpec(8, 5, 2.5);
    var injected =
        Injected.place(spec, List.of(Fault.parse("gpu-slow@node-0001/2,start=20s,depth=0.3")));
    Map<String, Row> before = gpus(spec, injected, 10);
    Map<String, Row> after = gpus(spec, injected, 60);
    String hot = spec.gpu(0, 2);
    for (String gpu : before.keySet()) {
      double slower = value(after.get(gpu), "clock_sm") / value(before.get(gpu), "clock_sm");
      double warmer = value(after.get(gpu), "temperature") - value(before.get(gpu), "temperature");
      if (gpu.equals(hot)) {
        assertThat(slower).isBetween(0.68, 0.72);
        assertThat(warmer).isGreaterThan(15);
        assertThat((long) value(after.get(gpu), "clock_event_reasons") & 0x40).isNotZero();
        assertThat(value(after.get(gpu), "power")).isLessThan(value(before.get(gpu), "power") - 80);
      } else {
        assertThat(slower).isBetween(0.98, 1.02);
        assertThat(Math.abs(warmer)).isLessThan(8);
        assertThat(value(after.get(gpu), "clock_event_reasons")).isZero();
      }
    }
  }

  @Test
  void aSilentServersRanksGoOnWithoutIt() throws OtlpException {
    var spec = new ClusterSpec(8, 6, 2.5);
    var injected = Injected.place(spec, List.of(Fault.parse("host-silent@node-0003,start=10s")));
    for (List<Step> steps : iterations(spec, injected, 60).values()) {
      assertThat(steps).hasSize(64);
    }
    var heard = new HashMap<String, Long>();
    run(
        spec,
        injected,
        60,
        parcel -> {
          if (parcel.id() != null) {
            heard.put(parcel.id().host(), parcel.timeNanos());
          }
        });
    assertThat(heard.get("node-0003")).isLessThan(ORIGIN + 11_000_000_000L);
    assertThat(heard.get("node-0004")).isGreaterThan(ORIGIN + 58_000_000_000L);
  }

  @Test
  void aFlappingPortGoesDownAndComesBackAndCountsIt() throws OtlpException {
    var spec = new ClusterSpec(8, 7, 2.5);
    var injected = Injected.place(spec, List.of(Fault.parse("port-flapping@node-0004/mlx5_5/1")));
    var up = new ArrayList<Double>();
    var names = new ArrayList<String>();
    double downed = 0;
    for (Batch batch : batches(spec, injected, 60)) {
      for (Row row : batch.rows()) {
        if (row.table() == Table.PORT
            && row.host().equals("node-0004")
            && row.subject().equals("mlx5_5/1")) {
          up.add(value(row, "up"));
          downed = value(row, "link_downed");
        }
      }
      batch.events().forEach(event -> names.add(event.name()));
    }
    assertThat(up).contains(0.0, 1.0);
    assertThat(downed).isEqualTo(3);
    assertThat(names)
        .hasSize(6)
        .startsWith("lockstep.network.link.down", "lockstep.network.link.up");
  }

  @Test
  void countersNeverFall() throws OtlpException {
    var last = new HashMap<String, Long>();
    for (Batch batch : batches(new ClusterSpec(2, 9, 1), List.of(), 60)) {
      for (Row row : batch.rows()) {
        for (Column column : Contract.columns(row.table())) {
          var metric = Contract.metric(column.metric());
          if (metric != null
              && metric.kind() == Metric.Kind.COUNTER
              && column.type().integral()
              && row.has(column)) {
            long value = row.longValue(column);
            Long before = last.put(row.host() + row.subject() + column, value);
            assertThat(before == null ? 0 : before)
                .as(column.toString())
                .isLessThanOrEqualTo(value);
          }
        }
      }
    }
    assertThat(last).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpu-sloow",
        "gpu-slow@node-9999/1",
        "gpu-slow@node-0001/9",
        "port-down@node-0001/mlx5_9/1",
        "gpu-slow,depth=2",
        "gpu-slow,depth=x",
        "gpu-slow,start=soon",
        "gpu-slow,until=3s",
        "",
        "gpu-slow,for=0s"
      })
  void aWrongOrderSaysWhatIsAllowed(String order) {
    var spec = new ClusterSpec(8, 1, 2.5);
    assertThatThrownBy(() -> Injected.place(spec, List.of(Fault.parse(order))))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .isNotBlank();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void faultsWithoutAPlaceGetServersOfTheirOwn(long seed) {
    List<Injected> injected = Injected.place(new ClusterSpec(64, seed, 2.5), Fault.DEFAULTS);
    assertThat(injected.stream().map(Injected::host)).doesNotHaveDuplicates().hasSize(3);
  }

  private static Map<String, Row> gpus(ClusterSpec spec, List<Injected> faults, int seconds)
      throws OtlpException {
    var rows = new HashMap<String, Row>();
    for (Batch batch : batches(spec, faults, seconds)) {
      batch.rows().stream()
          .filter(row -> row.table() == Table.GPU)
          .forEach(row -> rows.put(row.subject(), row));
    }
    return rows;
  }

  private static Map<Long, List<Step>> iterations(
      ClusterSpec spec, List<Injected> faults, int seconds) throws OtlpException {
    var iterations = new TreeMap<Long, List<Step>>();
    for (Batch batch : batches(spec, faults, seconds)) {
      for (Step step : batch.steps()) {
        iterations.computeIfAbsent(step.iteration(), _ -> new ArrayList<>()).add(step);
      }
    }
    return iterations;
  }

  private static List<Batch> batches(ClusterSpec spec, List<Injected> faults, int seconds)
      throws OtlpException {
    var reader = new BatchReader(BatchReader.Limits.DEFAULT);
    var parcels = new ArrayList<Parcel>();
    run(spec, faults, seconds, parcels::add);
    var batches = new ArrayList<Batch>();
    for (Parcel one : parcels) {
      Batch batch =
          reader.read("c", _ -> true, "x", one.signal(), one.id(), one.body(), one.timeNanos());
      assertThat(batch.refused()).isZero();
      batches.add(batch);
    }
    return batches;
  }

  private static void run(
      ClusterSpec spec, List<Injected> faults, int seconds, Consumer<Parcel> out) {
    var simulation = new Simulation(spec, faults, StepTimes.usual(spec), ORIGIN);
    for (int i = 0; i < seconds; i++) {
      simulation.advance(out);
    }
  }

  private static double value(@Nullable Row maybe, String column) {
    Row row = Objects.requireNonNull(maybe);
    return row.value(Contract.column(row.table(), column));
  }

  private static Step most(List<Step> steps, Column column) {
    return steps.stream()
        .max(Comparator.comparingDouble(step -> step.row().value(column)))
        .orElseThrow();
  }

  private static Step least(List<Step> steps, Column column) {
    return steps.stream()
        .min(Comparator.comparingDouble(step -> step.row().value(column)))
        .orElseThrow();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
