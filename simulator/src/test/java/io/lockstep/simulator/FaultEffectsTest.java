package io.lockstep.simulator;

import static io.lockstep.simulator.Nanos.SECOND;
import static io.lockstep.simulator.Recording.seconds;
import static io.lockstep.simulator.Recording.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.Row;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Each fault moves the values that it would move in reality, and no other: the same cluster with
/// and without it is compared value by value.
class FaultEffectsTest {
  private static final ClusterSpec SPEC = new ClusterSpec(4, 5, 2.5);
  private static final Set<Table> TABLES =
      Set.of(Table.GPU, Table.GPU_SLOW, Table.PORT, Table.HOST, Table.HOST_SLOW, Table.PART);

  @Test
  void heatMovesClockTemperatureReasonsPowerAndWorkTogether() {
    var hot = Recording.of(SPEC, 90, "gpu-slow@node-0001/2,start=20s,for=40s,depth=0.25");
    String gpu = SPEC.gpu(0, 2);
    var before = hot.rowAt(Table.GPU, "node-0001", gpu, 19);
    var during = hot.rowAt(Table.GPU, "node-0001", gpu, 55);
    var after = hot.rowAt(Table.GPU, "node-0001", gpu, 89);
    double slower = value(before, "clock_sm") / value(during, "clock_sm");
    assertThat(slower).isBetween(1.22, 1.29);
    assertThat(value(during, "temperature")).isBetween(85.0, 90.0);
    assertThat(value(during, "temperature_memory"))
        .isGreaterThan(value(before, "temperature_memory") + 10);
    assertThat((long) value(during, "clock_event_reasons") & 0x20).isNotZero();
    assertThat(value(after, "clock_sm")).isGreaterThan(0.98 * value(before, "clock_sm"));
    assertThat(value(after, "temperature")).isLessThan(75);
    assertThat((long) value(after, "clock_event_reasons") & 0x68).isZero();
    assertThat(mean(hot, gpu, "power", 45, 60)).isLessThan(mean(hot, gpu, "power", 10, 20) - 60);
    assertThat(reasons(hot, gpu, 45, 60) & 0x48).isEqualTo(0x48);
  }

  @Test
  void clockFallsOnlyWhenTheTemperatureIsNearItsLimit() {
    var hot = Recording.of(SPEC, 60, "gpu-slow@node-0001/2,start=20s");
    double first = value(hot.rowAt(Table.GPU, "node-0001", SPEC.gpu(0, 2), 19), "clock_sm");
    for (Row row : hot.rows(Table.GPU, "node-0001", SPEC.gpu(0, 2))) {
      if (value(row, "clock_sm") < 0.97 * first) {
        assertThat(value(row, "temperature")).isGreaterThan(70);
        assertThat((long) value(row, "clock_event_reasons") & 0x20).isNotZero();
      }
    }
  }

  @Test
  void aHotGpuLeavesAllOthersTheirClocksAndTheirTemperatures() {
    Map<String, Row> healthy = last(Recording.of(SPEC, 60));
    Map<String, Row> hot = last(Recording.of(SPEC, 60, "gpu-slow@node-0001/2,start=5s"));
    for (String gpu : healthy.keySet()) {
      if (!gpu.equals(SPEC.gpu(0, 2))) {
        Row was = Objects.requireNonNull(healthy.get(gpu));
        Row is = Objects.requireNonNull(hot.get(gpu));
        assertThat(value(is, "clock_sm")).isEqualTo(value(was, "clock_sm"));
        assertThat(value(is, "clock_event_reasons")).isEqualTo(value(was, "clock_event_reasons"));
        // They wait more, so they draw less.
        assertThat(value(is, "temperature") - value(was, "temperature")).isBetween(-8.0, 3.0);
      }
    }
  }

  @Test
  void aSlowGpuWithoutHeatLooksLikeItsPeers() {
    Map<String, Row> healthy = last(Recording.of(SPEC, 60));
    Map<String, Row> slow = last(Recording.of(SPEC, 60, "gpu-slow@node-0001/2,heat=false"));
    Row was = Objects.requireNonNull(healthy.get(SPEC.gpu(0, 2)));
    Row is = Objects.requireNonNull(slow.get(SPEC.gpu(0, 2)));
    assertThat(value(is, "clock_sm")).isEqualTo(value(was, "clock_sm"));
    assertThat(value(is, "clock_event_reasons")).isEqualTo(value(was, "clock_event_reasons"));
    assertThat(Math.abs(value(is, "temperature") - value(was, "temperature"))).isLessThan(8);
  }

  @Test
  void aLostGpuIsToldOnceAndSaysNothingMore() {
    var lost = Recording.of(SPEC, 40, "gpu-lost@node-0001/2,start=10s");
    String uuid = SPEC.gpu(0, 2);
    List<Event> events = lost.events().filter(e -> e.name().startsWith("lockstep.gpu")).toList();
    assertThat(events).extracting(Event::subject).containsOnly(uuid);
    assertThat(events)
        .extracting(Event::name)
        .containsExactly("lockstep.gpu.xid", "lockstep.gpu.state.changed");
    assertThat(events.getFirst().attributes()).containsEntry("lockstep.gpu.xid", "79");
    assertThat(events.getFirst().timeNanos()).isEqualTo(Recording.ORIGIN + 10 * SECOND);
    assertThat(events.getLast().attributes()).containsEntry("lockstep.gpu.state", "lost");
    Row row = Objects.requireNonNull(last(lost).get(uuid));
    assertThat(value(row, "state")).isEqualTo(2);
    assertThat(value(row, "state_age")).isBetween(29.0, 30.0);
    assertThat(row.has(Contract.column(Table.GPU, "power"))).isFalse();
  }

  @Test
  void aJobThatLosesAGpuStopsAndStartsAgainOnTheSpareWhereItSavedLast() {
    var spec = ClusterSpec.withSpare(8, 3, 1);
    var lost = Recording.ofSteps(spec, 90, "gpu-lost@node-0005/2,start=40s");
    var steps =
        lost.batches.stream()
            .flatMap(batch -> batch.steps().stream())
            .filter(step -> step.job().equals("vision"))
            .toList();
    var first = steps.stream().filter(step -> step.attempt().equals("0")).toList();
    var second = steps.stream().filter(step -> step.attempt().equals("1")).toList();
    assertThat(first).allMatch(step -> step.row().timeNanos() < Recording.ORIGIN + 40 * SECOND);
    assertThat(second).allMatch(step -> step.row().timeNanos() > Recording.ORIGIN + 70 * SECOND);
    assertThat(first.stream().map(step -> step.row().host()).distinct())
        .containsExactlyInAnyOrder("node-0005", "node-0006", "node-0007");
    assertThat(second.stream().map(step -> step.row().host()).distinct())
        .containsExactlyInAnyOrder("node-0008", "node-0006", "node-0007");
    assertThat(second.getFirst().iteration()).isEqualTo(31);
    assertThat(lost.batches.stream().flatMap(batch -> batch.steps().stream()))
        .anyMatch(step ->
            step.job().equals("llm-pretrain")
                && step.row().timeNanos() > Recording.ORIGIN + 85 * SECOND);
  }

  @Test
  void aFlappingPortGoesDownAndComesBackAndNothingElseMoves() {
    var healthy = Recording.of(SPEC, 60);
    var flapping = Recording.of(SPEC, 60, "port-flapping@node-0004/mlx5_5/1,start=10s");
    assertThat(moved(healthy, flapping))
        .containsExactlyInAnyOrder(
            "port node-0004 mlx5_5/1 up",
            "port node-0004 mlx5_5/1 state",
            "port node-0004 mlx5_5/1 physical_state",
            "port node-0004 mlx5_5/1 rate",
            "port node-0004 mlx5_5/1 link_downed",
            "port node-0004 mlx5_5/1 link_error_recovery",
            "port node-0004 mlx5_5/1 symbol_error",
            "port node-0004 mlx5_5/1 port_rcv_errors",
            "port node-0004 mlx5_5/1 local_ack_timeout_err",
            "port node-0004 traffic");
    List<Row> rows = flapping.rows(Table.PORT, "node-0004", "mlx5_5/1");
    Row before = flapping.rowAt(Table.PORT, "node-0004", "mlx5_5/1", 9.9);
    assertThat(value(rows.getLast(), "link_downed") - value(before, "link_downed")).isEqualTo(3);
    for (Row row : rows) {
      double up = value(row, "up");
      assertThat(value(row, "state")).isEqualTo(up == 1 ? 4 : 1);
      assertThat(value(row, "physical_state")).isEqualTo(up == 1 ? 5 : 2);
    }
    assertThat(flapping.events().filter(e -> e.name().startsWith("lockstep.network.link")))
        .hasSize(6)
        .allMatch(event -> event.subject().equals("mlx5_5/1"))
        .extracting(event -> event.name().replaceAll(".*[.]", ""))
        .containsExactly("down", "up", "down", "up", "down", "up");
  }

  @Test
  void aPortThatIsDownCarriesNothingUntilItsFaultEnds() {
    var recording = Recording.of(SPEC, 60, "port-down@node-0004/mlx5_5/1,start=10s,for=30s");
    double frozen = value(recording.rowAt(Table.PORT, "node-0004", "mlx5_5/1", 12), "received");
    for (Row row : recording.rows(Table.PORT, "node-0004", "mlx5_5/1")) {
      double at = seconds(row.timeNanos());
      assertThat(value(row, "up")).isEqualTo(at >= 10 && at < 40 ? 0 : 1);
      if (at >= 12 && at < 40) {
        assertThat(value(row, "received")).isEqualTo(frozen);
      }
    }
    assertThat(value(recording.rowAt(Table.PORT, "node-0004", "mlx5_5/1", 59), "received"))
        .isGreaterThan(frozen);
  }

  @Test
  void anAgentFallsSilentWhileItsRanksGoOnAndComesBackAsANewRun() {
    var healthy = Recording.of(SPEC, 60);
    var silent = Recording.of(SPEC, 60, "host-silent@node-0003,start=10s,for=30s");
    assertThat(moved(healthy, silent)).isEmpty();
    for (Row row : silent.rows(Table.HOST, "node-0003", "host")) {
      assertThat(seconds(row.timeNanos())).matches(at -> at < 10 || at >= 40);
    }
    assertThat(silent.iterations().keySet()).isEqualTo(healthy.iterations().keySet());
    var runs = new TreeMap<Long, Set<Long>>();
    for (Parcel parcel : silent.parcels) {
      BatchId id = parcel.id();
      double at = seconds(parcel.timeNanos());
      if (parcel.server() == 2 && at > 11 && at < 40) {
        assertThat(id).isNull();
      } else if (parcel.server() == 2 && id != null) {
        runs.computeIfAbsent(id.run(), _ -> new TreeSet<>()).add(id.number());
      } else if (parcel.server() != 2) {
        assertThat(id).isNotNull();
      }
    }
    assertThat(runs).hasSize(2);
    assertThat(runs.lastEntry().getValue()).contains(0L);
  }

  /// Names of the values that are not the same, where both have them; traffic is one name for each
  /// server, because what a port does not carry goes over the others.
  private static Set<String> moved(Recording healthy, Recording broken) {
    Map<String, Row> before = new TreeMap<>();
    TABLES.forEach(table -> healthy.rows(table).forEach(row -> before.put(key(row), row)));
    var moved = new TreeSet<String>();
    for (Table table : TABLES) {
      broken
          .rows(table)
          .forEach(row -> {
            Row was = Objects.requireNonNull(before.get(key(row)));
            Recording.values(row)
                .forEach((column, value) -> {
                  if (value(was, column) != value) {
                    moved.add(name(row, column));
                  }
                });
          });
    }
    return moved;
  }

  private static String key(Row row) {
    return row.table() + row.host() + row.subject() + row.timeNanos();
  }

  private static String name(Row row, String column) {
    String place = row.table().tableName() + " " + row.host() + " ";
    boolean traffic =
        List.of(
                "received",
                "transmitted",
                "packets_received",
                "packets_transmitted",
                "transmit_wait")
            .contains(column);
    return traffic ? place + "traffic" : place + row.subject() + " " + column;
  }

  private static Map<String, Row> last(Recording recording) {
    var rows = new TreeMap<String, Row>();
    recording.rows(Table.GPU).forEach(row -> rows.put(row.subject(), row));
    return rows;
  }

  private static double mean(
      Recording recording, String gpu, String column, double from, double to) {
    return recording.rows(Table.GPU, "node-0001", gpu).stream()
        .filter(row -> seconds(row.timeNanos()) >= from && seconds(row.timeNanos()) < to)
        .mapToDouble(row -> value(row, column))
        .average()
        .orElseThrow();
  }

  private static long reasons(Recording recording, String gpu, double from, double to) {
    return recording.rows(Table.GPU, "node-0001", gpu).stream()
        .filter(row -> seconds(row.timeNanos()) >= from && seconds(row.timeNanos()) < to)
        .mapToLong(row -> (long) value(row, "clock_event_reasons"))
        .reduce(0, (a, b) -> a | b);
  }
}
