package io.lockstep.simulator;

import static io.lockstep.simulator.Recording.value;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Signal;
import io.lockstep.telemetry.rows.Row;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulationTest {
  private static final ClusterSpec SMALL = new ClusterSpec(8, 5, 2.5);

  @Test
  void theSameSeedGivesTheSameBytesAndAnotherSeedOthers() {
    assertThat(bytes(SMALL)).isEqualTo(bytes(new ClusterSpec(8, 5, 2.5)));
    assertThat(bytes(SMALL)).isNotEqualTo(bytes(new ClusterSpec(8, 6, 2.5)));
  }

  private static byte[] bytes(ClusterSpec spec) {
    var all = new ByteArrayOutputStream();
    for (Parcel parcel : Recording.of(spec, 25, "gpu-slow,start=5s", "port-flapping").parcels) {
      all.writeBytes(
          (parcel.signal() + " " + parcel.id() + " " + parcel.timeNanos()).getBytes(UTF_8));
      all.writeBytes(parcel.body());
    }
    return all.toByteArray();
  }

  @Test
  void requestsComeInTheOrderOfTimeAndEachAgentCountsItsOwn() {
    var recording = Recording.of(SMALL, 30);
    assertThat(recording.parcels)
        .isSortedAccordingTo((a, b) -> Long.compare(a.timeNanos(), b.timeNanos()));
    var numbers = new HashMap<String, Set<Long>>();
    for (Parcel parcel : recording.parcels) {
      var id = Objects.requireNonNull(parcel.id());
      assertThat(id.host()).isEqualTo(SMALL.host(parcel.server()));
      assertThat(numbers.computeIfAbsent(id.host(), _ -> new HashSet<>()).add(id.number()))
          .isTrue();
    }
    assertThat(numbers).hasSize(8);
  }

  @Test
  void everyRequestIsReadWithoutARefusal() {
    var recording = Recording.of(SMALL, 30, "gpu-slow", "port-flapping,start=5s", "host-silent");
    assertThat(recording.batches)
        .allSatisfy(batch -> assertThat(batch.refused()).as(batch.reason()).isZero());
    // A metric that the contract does not know would be among the narrow rows.
    assertThat(recording.batches).allSatisfy(batch -> assertThat(batch.points()).isEmpty());
  }

  @Test
  void eachServerSendsOneRoundASecondSpreadOverTheSecond() {
    var recording = Recording.of(SMALL, 20);
    var phases = new HashSet<Long>();
    for (int server = 0; server < 8; server++) {
      List<Row> rows = recording.rows(Table.HOST, SMALL.host(server), "host");
      assertThat(rows).hasSize(20);
      for (int i = 1; i < rows.size(); i++) {
        assertThat(rows.get(i).timeNanos() - rows.get(i - 1).timeNanos()).isEqualTo(Nanos.SECOND);
      }
      phases.add(rows.getFirst().timeNanos() % Nanos.SECOND);
    }
    assertThat(phases).hasSize(8);
  }

  @Test
  void slowTablesComeEveryTenSeconds() {
    var recording = Recording.of(SMALL, 30);
    assertThat(recording.rows(Table.GPU_SLOW).count()).isEqualTo(3 * 64);
    assertThat(recording.rows(Table.HOST_SLOW).count()).isEqualTo(3 * 8);
    assertThat(recording.rows(Table.PART, "node-0001", "disk/nvme0n1")).hasSize(3);
  }

  @Test
  void everyColumnThatDetectorsCanSeeIsSent() {
    var recording = Recording.of(SMALL, 3);
    for (Table table : List.of(Table.GPU, Table.PORT, Table.HOST)) {
      Row row = recording.rows(table).findFirst().orElseThrow();
      for (Column column : Contract.columns(table)) {
        assertThat(!column.live() || row.has(column)).as(column.toString()).isTrue();
      }
    }
  }

  @Test
  void valuesArePlausible() {
    var recording = Recording.of(SMALL, 60);
    recording
        .rows(Table.GPU)
        .filter(row -> Recording.seconds(row.timeNanos()) > 15)
        .forEach(SimulationTest::plausibleGpu);
    recording
        .rows(Table.HOST)
        .forEach(row -> {
          double sum = 0;
          for (String mode :
              List.of("user", "system", "nice", "iowait", "interrupt", "steal", "idle")) {
            assertThat(value(row, "cpu_" + mode)).isBetween(0.0, 1.0);
            sum += value(row, "cpu_" + mode);
          }
          assertThat(sum).isBetween(0.999, 1.001);
          assertThat(value(row, "load_1m")).isBetween(1.0, 200.0);
        });
  }

  private static void plausibleGpu(Row row) {
    assertThat(value(row, "utilization")).isBetween(0.0, 1.0);
    assertThat(value(row, "temperature")).isBetween(30.0, 80.0);
    assertThat(value(row, "power")).isBetween(80.0, 730.0);
    assertThat(value(row, "clock_sm")).isBetween(1.2e9, 1.98e9);
    assertThat((long) value(row, "clock_event_reasons") & ~0x5L).isZero();
  }

  @Test
  void trafficIsThatOfBusyPorts() {
    var recording = Recording.of(SMALL, 62);
    for (String port : ClusterSpec.PORTS) {
      List<Row> rows = recording.rows(Table.PORT, "node-0003", port);
      double bytes = value(rows.get(60), "received") - value(rows.get(20), "received");
      assertThat(bytes / 40).isBetween(3e9, 7e9);
    }
  }

  @Test
  void countersNeverFall() {
    var last = new HashMap<String, Double>();
    var recording = Recording.of(SMALL, 60, "gpu-slow", "port-flapping", "port-down,start=9s");
    for (Table table : Table.values()) {
      recording.rows(table).forEach(row -> check(row, last));
    }
    assertThat(last).hasSizeGreaterThan(1000);
  }

  private static void check(Row row, Map<String, Double> last) {
    for (Column column : Contract.columns(row.table())) {
      Metric metric = Objects.requireNonNull(Contract.metric(column.metric()));
      if (metric.kind() == Metric.Kind.COUNTER && row.has(column)) {
        double value = row.value(column);
        Double before = last.put(row.host() + row.subject() + column, value);
        assertThat(value).as(column.toString()).isGreaterThanOrEqualTo(before == null ? 0 : before);
      }
    }
  }

  @Test
  void agentsSayHelloOnceAndGoodbyeAtTheEnd() {
    var simulation = new Simulation(SMALL, List.of(), Recording.ORIGIN);
    var names = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      simulation.advance(parcel -> names(parcel, names));
    }
    assertThat(names.stream().filter("lockstep.agent.started"::equals)).hasSize(8);
    assertThat(names.stream().filter("training.started"::equals)).hasSize(64);
    names.clear();
    simulation.stop(parcel -> names(parcel, names));
    assertThat(names.stream().filter("lockstep.agent.stopped"::equals)).hasSize(8);
    assertThat(names.stream().filter("training.ended"::equals)).hasSize(64);
  }

  private static void names(Parcel parcel, List<String> names) {
    if (parcel.signal() == Signal.LOGS) {
      Recording.read(parcel).events().forEach(event -> names.add(event.name()));
    }
  }

  @Test
  void advancesToATimeInWholeSeconds() {
    var simulation = new Simulation(SMALL, List.of(), Recording.ORIGIN);
    simulation.advanceTo(Instant.ofEpochSecond(1_800_000_003L, 900_000_000), _ -> {});
    assertThat(simulation.second()).isEqualTo(3);
    assertThat(simulation.nowNanos()).isEqualTo(Recording.ORIGIN + 3 * Nanos.SECOND);
  }

  @Test
  void twoJobsAndIdleServersStandBesideEachOther() {
    var work = JobSpec.Work.DEFAULT;
    var jobs = List.of(new JobSpec("a", 0, 4, 2, 1, work), new JobSpec("b", 5, 2, 1, 3, work));
    var spec = new ClusterSpec("two", 8, 1, jobs);
    var simulation = new Simulation(spec, List.of(), Recording.ORIGIN);
    var ranks = new HashMap<String, Set<Integer>>();
    var busy = new HashMap<String, Double>();
    for (int i = 0; i < 20; i++) {
      simulation.advance(parcel -> {
        var batch = Recording.read(parcel);
        batch
            .steps()
            .forEach(s -> ranks.computeIfAbsent(s.job(), _ -> new HashSet<>()).add(s.rank()));
        batch.rows().stream()
            .filter(row -> row.table() == Table.GPU)
            .forEach(row -> busy.put(row.host(), value(row, "utilization")));
      });
    }
    assertThat(ranks.get("a")).hasSize(32);
    assertThat(ranks.get("b")).hasSize(16);
    assertThat(busy.get("node-0005")).isZero();
    assertThat(busy.get("node-0008")).isZero();
    assertThat(busy.get("node-0001")).isGreaterThan(0.8);
  }

  @Test
  void aSpecThatCannotBeSaysWhy() {
    var work = JobSpec.Work.DEFAULT;
    assertThatThrownBy(() -> new ClusterSpec(0, 1, 2.5)).hasMessageContaining("servers must be");
    assertThatThrownBy(() -> new ClusterSpec(4, 1, 0.001)).hasMessageContaining("step time must");
    var two = List.of(new JobSpec("a", 0, 4, 2, 1, work), new JobSpec("b", 3, 2, 1, 3, work));
    assertThatThrownBy(() -> new ClusterSpec("x", 8, 1, two)).hasMessageContaining("server 4");
    var far = List.of(new JobSpec("a", 6, 4, 2, 1, work));
    assertThatThrownBy(() -> new ClusterSpec("x", 8, 1, far)).hasMessageContaining("7 to 10");
    assertThatThrownBy(() -> new JobSpec("a", 0, 6, 4, 1, work)).hasMessageContaining("divide");
  }
}
