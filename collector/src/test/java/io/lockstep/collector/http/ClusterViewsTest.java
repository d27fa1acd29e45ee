package io.lockstep.collector.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.window.Batches;
import io.lockstep.collector.window.Rank;
import io.lockstep.collector.window.Window;
import io.lockstep.simulator.ClusterSpec;
import io.lockstep.simulator.Injected;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.Row;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the window and the alert book hold, as operators see it.
final class ClusterViewsTest {
  private static HostView host(Snapshot views, String name) {
    return views.cells().hosts().stream()
        .filter(host -> host.host().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Stream<GpuView> gpus(Snapshot views) {
    return views.cells().hosts().stream().flatMap(host -> host.gpus().stream());
  }

  @Test
  void jobsThatNoTrainingProcessSpeaksForAreSeenOnTheirGpus() {
    var window = new Window("c");
    var id = new BatchId("node-1", 1, 1);
    window.append(
        Batches.rows(
            id,
            Batches.row(
                Contract.column(Table.GPU, "power"), "node-1", "GPU-1", Batches.START, 300)),
        Batches.START);
    window.append(
        Batches.jobs(new BatchId("node-1", 1, 2), "node-1", "GPU-1", Batches.START, "4711"),
        Batches.START);
    window.seal(Batches.START + 5 * Batches.SECOND);
    var book = new AlertBook(AlertBook.Config.DEFAULT, List.of());
    Snapshot views =
        new ClusterViews(window, book, _ -> List.of(), List::of)
            .at(Instant.ofEpochSecond(0, window.nowNanos()));
    assertThat(host(views, "node-1").gpus().getFirst().job()).isEqualTo("4711");
    assertThat(views.placements())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.host()).isEqualTo("node-1");
          assertThat(one.gpu()).isEqualTo("GPU-1");
          assertThat(one.use().system()).isEqualTo("slurm");
          assertThat(one.use().job()).isEqualTo("4711");
        });
    assertThat(ViewsJson.placements(views.placements()).toString())
        .contains("\"slurm.job.id\":\"4711\"", "\"gpu\":\"GPU-1\"");
  }

  /// A window that has rows of parts of one server each ten seconds, and its agent's events.
  private static final class Parts {
    final Window window = new Window("c");
    private long second;
    private long number;

    private long now() {
      return Batches.START + second * Batches.SECOND;
    }

    void run(int seconds, String column, String subject, double value) {
      for (int i = 0; i < seconds; i++, second++) {
        var live = Contract.column(Table.PART, column);
        if (second % 10 == 0) {
          append(Batches.row(live, "node-1", subject, now(), value));
        }
        window.seal(now());
      }
    }

    private void append(Row row) {
      window.append(Batches.rows(new BatchId("node-1", 1, ++number), row), now());
    }

    void says(String name, String subject, Map<String, String> attributes) {
      var event =
          new Event("e" + number, now(), "node-1", "agent", name, 13, subject, "", attributes);
      window.append(Batches.events(new BatchId("node-1", 1, ++number), event), now());
    }

    HostView host() {
      var book = new AlertBook(AlertBook.Config.DEFAULT, List.of());
      var views = new ClusterViews(window, book, _ -> List.of(), List::of);
      return ClusterViewsTest.host(views.at(Instant.ofEpochSecond(0, window.nowNanos())), "node-1");
    }
  }

  @Test
  void siteChecksStandThereWithWhatTheyWroteWhenTheyChanged() {
    var parts = new Parts();
    parts.run(20, "check_state", "check/disk", 0);
    assertThat(parts.host().checks())
        .singleElement()
        .satisfies(check -> {
          assertThat(check.name()).isEqualTo("disk");
          assertThat(check.state()).isEqualTo(CheckView.State.OK);
          assertThat(check.since()).as("it was never another, as far as is known").isNull();
          assertThat(check.output()).isNull();
        });
    String hostile = "<b>full</b>\u0007 \u202Eten\uD800 " + "x".repeat(5000);
    parts.says(
        "lockstep.check.changed",
        "check/disk",
        Map.of("lockstep.check.state", "critical", "lockstep.check.output", hostile));
    assertThat(parts.host().checks().getFirst().output())
        .as("the row that says so has not come")
        .isNull();
    parts.run(20, "check_state", "check/disk", 2);
    CheckView check = parts.host().checks().getFirst();
    assertThat(check.state()).isEqualTo(CheckView.State.CRITICAL);
    assertThat(check.since())
        .isEqualTo(Instant.ofEpochSecond(0, Batches.START + 20 * Batches.SECOND));
    assertThat(check.output()).startsWith("<b>full</b> ten xxx").hasSize(300);
    assertThat(ViewsJson.oneHost(parts.host()).toString())
        .contains("\"checks\":[{\"name\":\"disk\",\"state\":\"critical\",\"since\":\"2026-");
  }

  @Test
  void aCheckThatIsNotToldOfAnyMoreIsGone() {
    var parts = new Parts();
    parts.run(20, "check_state", "check/disk", 2);
    parts.run(30, "check_state", "check/other", 0);
    assertThat(parts.host().checks()).extracting(CheckView::name).containsExactly("disk", "other");
    parts.run(30, "check_state", "check/other", 0);
    assertThat(parts.host().checks()).extracting(CheckView::name).containsExactly("other");
  }

  @Test
  void whatIsNotAsTheInventorySaysStandsThereUntilItIs() {
    var parts = new Parts();
    parts.run(10, "inventory_fault", "inventory/gpu.count", 2);
    assertThat(parts.host().differences())
        .as("told before this collector was started")
        .containsExactly(new DifferenceView("gpu.count", true, null, null, null, null));
    parts.says(
        "lockstep.inventory.changed",
        "inventory/gpu.count",
        Map.of(
            "lockstep.inventory.expected", "8",
            "lockstep.inventory.found", "7",
            "lockstep.inventory.difference", "8 expected, found 7"));
    parts.run(20, "inventory_fault", "inventory/gpu.count", 1);
    assertThat(parts.host().differences())
        .containsExactly(
            new DifferenceView(
                "gpu.count",
                false,
                "8",
                "7",
                "8 expected, found 7",
                Instant.ofEpochSecond(0, Batches.START + 10 * Batches.SECOND)));
    parts.run(20, "inventory_fault", "inventory/gpu.count", 0);
    assertThat(parts.host().differences()).isEmpty();
  }

  @Test
  void aHealthyClusterIsInStepAndEveryValueIsThere() {
    var cluster = new WatchedCluster(new ClusterSpec(12, 5, 1));
    cluster.run(60);
    Snapshot views = cluster.views();
    assertThat(Headline.of(views).text()).isEqualTo("96 GPUs in 12 servers: all in step");
    assertThat(Headline.of(views).mood()).isEqualTo(Headline.Mood.WELL);
    assertThat(views.cells().hosts()).extracting(HostView::host).hasSize(12).isSorted();
    HostView host = views.cells().hosts().getFirst();
    assertThat(host.gpus()).extracting(GpuView::index).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    assertThat(host.cpuMean()).isBetween(0.0, 1.0);
    assertThat(host.clockOffsetSeconds()).isBetween(-1.0, 1.0);
    assertThat(gpus(views))
        .allSatisfy(gpu -> {
          assertThat(gpu.state()).isEqualTo(GpuView.State.OK);
          assertThat(gpu.temperatureCelsius()).isBetween(20.0, 100.0);
          assertThat(gpu.clockHertz()).isBetween(5e8, 3e9);
          assertThat(gpu.powerWatts()).isBetween(50.0, 1500.0);
          assertThat(gpu.job()).isNotNull();
        });
    assertThat(gpus(views)).extracting(GpuView::rank).doesNotHaveDuplicates().hasSize(96);
    assertThat(host.ports())
        .hasSize(8)
        .allSatisfy(port -> {
          assertThat(port.state()).isEqualTo(PortView.State.OK);
          assertThat(port.up()).isTrue();
          assertThat(port.rateBytesPerSecond()).isBetween(1e9, 1e12);
          assertThat(port.receivedBytesPerSecond()).isPositive();
          assertThat(port.timesDown()).isZero();
        });
    JobView job = views.jobs().getFirst();
    assertThat(job.ranks()).isEqualTo(96);
    assertThat(job.reportingRanks()).isEqualTo(96);
    assertThat(job.steps())
        .hasSizeGreaterThan(40)
        .isSortedAccordingTo((a, b) -> Long.compare(a.iteration(), b.iteration()));
    assertThat(job.slow()).isEmpty();
    assertThat(views.incidents()).isEmpty();
  }

  @Test
  void eachFaultShowsInItsCellItsIncidentAndTheHeadline() {
    var cluster =
        new WatchedCluster(
            new ClusterSpec(16, 12, 1),
            "port-flapping,start=15s",
            "gpu-slow,start=40s",
            "host-silent,start=55s");
    cluster.run(110);
    Snapshot views = cluster.views();
    assertThat(Headline.of(views).text())
        .isEqualTo("128 GPUs in 16 servers: 1 slow GPU, 1 flapping port, 1 silent server");
    assertThat(views.incidents())
        .extracting(IncidentView::kind)
        .containsExactlyInAnyOrder("port-flapping", "gpu-slow", "host-silent");
    Injected flapping = cluster.injected.get(0);
    Injected slow = cluster.injected.get(1);
    Injected silent = cluster.injected.get(2);
    assertThat(host(views, flapping.host()).ports())
        .filteredOn(port -> port.state() == PortView.State.FLAPPING)
        .singleElement()
        .satisfies(port -> {
          assertThat(port.id()).isEqualTo(flapping.subject());
          assertThat(port.timesDown()).isGreaterThan(1);
        });
    assertThat(gpus(views))
        .filteredOn(gpu -> gpu.state() == GpuView.State.SLOW)
        .singleElement()
        .satisfies(gpu -> {
          assertThat(gpu.id()).isEqualTo(slow.subject());
          assertThat(gpu.throttles()).anyMatch(reason -> reason.contains("thermal"));
        });
    assertThat(host(views, silent.host()).state()).isEqualTo(HostView.State.SILENT);
    assertThat(host(views, silent.host()).ageSeconds()).isBetween(50.0, 60.0);
    assertThat(host(views, silent.host()).gpus())
        .allSatisfy(gpu -> {
          assertThat(gpu.state()).isEqualTo(GpuView.State.UNKNOWN);
          assertThat(gpu.temperatureCelsius()).isNull();
          assertThat(gpu.ageSeconds()).isGreaterThan(40);
        });
    assertThat(views.jobs().getFirst().slow())
        .singleElement()
        .satisfies(rank -> {
          assertThat(rank.host()).isEqualTo(slow.host());
          assertThat(rank.gpu()).isEqualTo(slow.subject());
          assertThat(rank.ownSeconds()).isGreaterThan(rank.peerSeconds());
        });
    IncidentView incident =
        views.incidents().stream()
            .filter(one -> one.kind().equals("gpu-slow"))
            .findFirst()
            .orElseThrow();
    assertThat(incident.title()).matches("Slow GPU [0-7] of " + slow.host());
    assertThat(incident.evidence()).isNotEmpty();
    assertThat(incident.runbook()).isEqualTo("straggler");
    assertThat(incident.resolved()).isNull();
  }

  @Test
  void aJobHasTheIncidentsOfItsOwnServers() {
    var cluster = new WatchedCluster(ClusterSpec.withSpare(16, 12, 1), "port-flapping,start=15s");
    cluster.run(60);
    Snapshot views = cluster.views();
    String host = cluster.injected.getFirst().host();
    String id = views.incidents().getFirst().id();
    String felt = host(views, host).gpus().getFirst().job();
    assertThat(felt).isNotNull();
    assertThat(views.jobs())
        .hasSize(2)
        .allSatisfy(job ->
            assertThat(job.incidents())
                .isEqualTo(job.job().equals(felt) ? List.of(id) : List.of()));
  }

  @Test
  void aGpuOfWhichOnlyTheKernelSpeaksIsACell() {
    var cluster = new WatchedCluster(new ClusterSpec(2, 3, 1));
    cluster.run(20);
    String name = cluster.views().cells().hosts().getFirst().host();
    cluster.happened(
        new Event(
            "id",
            Batches.START + 20 * Batches.SECOND,
            name,
            "lockstep-agent",
            "lockstep.gpu.xid",
            17,
            "0000:1c:00",
            "fallen off the bus",
            Map.of("lockstep.gpu.xid", "79")));
    assertThat(host(cluster.views(), name).gpus())
        .hasSize(9)
        .filteredOn(gpu -> gpu.state() == GpuView.State.FAULTY)
        .extracting(GpuView::id)
        .containsExactly("0000:1c:00");
  }

  @Test
  void aJobThatStandsStillIsNotInStep() {
    var cluster = new WatchedCluster(new ClusterSpec(4, 3, 1));
    cluster.run(40);
    assertThat(Headline.of(cluster.views()).text()).endsWith("all in step");
    cluster.quiet(120);
    Snapshot views = cluster.views();
    assertThat(views.jobs().getFirst().reportingRanks()).isZero();
    assertThat(views.jobs().getFirst().ageSeconds()).isBetween(115.0, 130.0);
    assertThat(Headline.of(views).text()).doesNotContain("in step");
    cluster.quiet(600);
    assertThat(cluster.views().jobs()).isEmpty();
    assertThat(gpus(cluster.views())).allMatch(gpu -> gpu.rank() == null);
  }

  @Test
  void anEmptyWindowHasNothingToShow() {
    var views =
        new ClusterViews(
            new Window("c"),
            new AlertBook(AlertBook.Config.DEFAULT, List.of()),
            _ -> List.of(),
            List::of);
    Snapshot snapshot = views.at(Instant.ofEpochSecond(1_767_225_600));
    assertThat(snapshot.cells().hosts()).isEmpty();
    assertThat(Headline.of(snapshot).mood()).isEqualTo(Headline.Mood.EMPTY);
  }

  /// A server without any GPU sample whose job names GPUs: the ranks are its cells.
  @Test
  void ranksAreCellsWhereNothingElseSpeaksOfTheirGpus() {
    var window = new Window("c");
    long now = Batches.START;
    for (int second = 0; second < 12; second++) {
      now = Batches.START + second * Batches.SECOND;
      var row =
          Batches.row(Contract.column(Table.HOST, "cpu_mean"), "n2", Table.HOST_SUBJECT, now, 0.5);
      window.append(Batches.rows(new BatchId("n2", 1, second + 1), row), now);
      for (int rank = 0; rank < 3; rank++) {
        var who = new Rank(rank, "n2", rank == 2 ? "" : Integer.toString(rank), -1, -1);
        var step = Batches.step(second, who, 3, now, Map.of("step", 1.0));
        window.append(Batches.steps(null, List.of(step)), now);
      }
      window.seal(now + Batches.SECOND);
    }
    var views =
        new ClusterViews(
            window, new AlertBook(AlertBook.Config.DEFAULT, List.of()), _ -> List.of(), List::of);
    Snapshot snapshot = views.at(Instant.ofEpochSecond(0, now));
    assertThat(host(snapshot, "n2").gpus())
        .extracting(GpuView::id)
        .containsExactly("gpu/0", "gpu/1", "rank/2");
    assertThat(host(snapshot, "n2").gpus())
        .allSatisfy(gpu -> {
          assertThat(gpu.state()).isEqualTo(GpuView.State.OK);
          assertThat(gpu.temperatureCelsius()).isNull();
          assertThat(gpu.rank()).isNotNull();
        });
  }
}
