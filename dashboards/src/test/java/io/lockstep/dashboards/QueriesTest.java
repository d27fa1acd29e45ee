package io.lockstep.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.dashboards.ClusterDashboard.Marks;
import io.lockstep.dashboards.ClusterDashboard.Variable;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Every query of the dashboard, asked of the real QuestDB as Grafana asks it.
class QueriesTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);

  /// The server whose GPU 3 is lost and whose port mlx5_2/1 is down.
  private static final String FAULTY = "node-0009";

  @TempDir static Path folder;
  private static StoredClusters stored;
  private static Connection connection;

  @BeforeAll
  static void store() throws Exception {
    stored = new StoredClusters(folder);
    connection = stored.connect();
  }

  @AfterAll
  static void close() throws Exception {
    connection.close();
    stored.close();
  }

  private static Grafana simulated() throws Exception {
    var chosen = new HashMap<String, List<String>>();
    chosen.put("cluster", List.of(StoredClusters.SIMULATED));
    chosen.put("host", List.of(FAULTY));
    chosen.put("gpu", values("gpu", chosen));
    return new Grafana(connection, stored.from, stored.to, chosen);
  }

  private static Grafana known() {
    return new Grafana(
        connection,
        stored.from,
        stored.to,
        Map.of(
            "cluster", List.of(StoredClusters.KNOWN),
            "host", List.of("a"),
            "gpu", List.of("GPU-known-0", "GPU-known-1")));
  }

  private static List<String> values(String variable, Map<String, List<String>> chosen)
      throws Exception {
    Variable found =
        ClusterDashboard.VARIABLES.stream()
            .filter(one -> one.name().equals(variable))
            .findFirst()
            .orElseThrow();
    var values = new ArrayList<String>();
    for (Map<String, @Nullable Object> row :
        new Grafana(connection, stored.from, stored.to, chosen).ask(found.query(), SECOND)) {
      Object value = row.getOrDefault("__value", row.values().iterator().next());
      values.add(Objects.toString(value));
    }
    return values;
  }

  static Stream<Panel> panels() {
    return ClusterDashboard.SECTIONS.stream().flatMap(section -> section.panels().stream());
  }

  private static Panel panel(String title) {
    return panels().filter(panel -> panel.title().equals(title)).findFirst().orElseThrow();
  }

  @Test
  void variablesOfferWhatThereIs() throws Exception {
    assertThat(values("cluster", Map.of())).contains(StoredClusters.SIMULATED);
    var chosen = Map.of("cluster", List.of(StoredClusters.SIMULATED));
    assertThat(values("host", chosen)).hasSize(10).contains(FAULTY).isSorted();
    var server = new HashMap<>(chosen);
    server.put("host", List.of(FAULTY));
    assertThat(values("gpu", server)).hasSize(8).allMatch(gpu -> gpu.startsWith("GPU-"));
  }

  /// Of a server without GPUs nothing can be chosen but all of them.
  @ParameterizedTest
  @MethodSource("panels")
  void everyPanelIsAQuestionAlsoOfAServerWithoutGpus(Panel panel) throws Exception {
    var without = new HashMap<>(simulated().variables());
    without.put("host", List.of("no such server"));
    without.put("gpu", List.of(Grafana.ALL));
    var grafana = new Grafana(connection, stored.from, stored.to, without);
    for (String sql : panel.queries()) {
      assertThat(grafana.ask(sql, SECOND)).isNotNull();
    }
  }

  @Test
  void allGpusAreThoseOfTheServer() throws Exception {
    var all = new HashMap<>(known().variables());
    all.put("gpu", List.of(Grafana.ALL));
    String sql = panel("Power").queries().getFirst();
    assertThat(new Grafana(connection, stored.from, stored.to, all).ask(sql, SECOND))
        .isEqualTo(known().ask(sql, SECOND))
        .isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("panels")
  void everyPanelShowsSomething(Panel panel) throws Exception {
    for (String sql : panel.queries()) {
      List<Map<String, @Nullable Object>> rows = simulated().ask(sql, SECOND);
      assertThat(rows).as(sql).isNotEmpty();
      if (panel.kind().format.equals("time_series")) {
        assertIsATimeSeries(rows, sql);
      } else {
        // A column that is always empty shows nothing.
        assertThat(rows.stream().flatMap(row -> row.values().stream()).anyMatch(Objects::nonNull))
            .isTrue();
      }
    }
  }

  /// What Grafana's Go code asks of a series: a time in ascending order, at most one column of text
  /// that names the line, and numbers.
  private static void assertIsATimeSeries(List<Map<String, @Nullable Object>> rows, String sql) {
    Instant before = Instant.MIN;
    boolean value = false;
    var points = new HashSet<List<@Nullable Object>>();
    for (Map<String, @Nullable Object> row : rows) {
      assertThat(row.get("time")).as(sql).isInstanceOf(Instant.class);
      Instant time = (Instant) Objects.requireNonNull(row.get("time"));
      assertThat(time).as(sql).isAfterOrEqualTo(before);
      assertThat(time).isBetween(stored.from.minusSeconds(1), stored.to);
      before = time;
      assertThat(points.add(List.of(time, String.valueOf(row.get("metric"))))).as(sql).isTrue();
      for (var cell : row.entrySet()) {
        if (!List.of("time", "metric").contains(cell.getKey()) && cell.getValue() != null) {
          assertThat(cell.getValue()).as(sql).isInstanceOf(Double.class);
          value = true;
        }
      }
    }
    assertThat(value).as("a value in the answer to %s", sql).isTrue();
  }

  @ParameterizedTest
  @MethodSource("panels")
  void everyIntervalThatGrafanaChoosesIsUnderstood(Panel panel) throws Exception {
    var ranges =
        Map.of(
            Duration.ofSeconds(15),
            Duration.ofHours(2),
            Duration.ofMinutes(2),
            Duration.ofHours(12),
            HOUR,
            Duration.ofDays(20),
            Duration.ofDays(1),
            Duration.ofDays(400));
    for (var range : ranges.entrySet()) {
      Grafana now = simulated();
      var wider =
          new Grafana(connection, now.to().minus(range.getValue()), now.to(), now.variables());
      for (String sql : panel.queries()) {
        wider.ask(sql, range.getKey());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "XIDs and SXids, demo, node-0009, ': 79,'",
    "Links down, demo, node-0009, mlx5_2/1",
    "XIDs and SXids, known, b, lockstep.nvswitch.sxid 20034",
    "Kernel faults, known, b, lockstep.kernel.fault pcie"
  })
  void marksSayWhereAndWhat(String name, String cluster, String host, String text)
      throws Exception {
    Marks marks =
        ClusterDashboard.MARKS.stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow();
    var grafana =
        new Grafana(connection, stored.from, stored.to, Map.of("cluster", List.of(cluster)));
    List<Map<String, @Nullable Object>> rows = grafana.ask(marks.query(), SECOND);
    assertThat(rows).hasSize(1);
    assertThat(rows.getFirst().get("time")).isInstanceOf(Instant.class);
    assertThat(rows.getFirst().get("text")).asString().startsWith(host + " ").contains(text);
    assertThat(rows.getFirst().get("tags")).asString().endsWith("," + host);
  }

  @Test
  void xidsAndSxidsAreShownByTheirNumber() throws Exception {
    assertThat(last(simulated(), "XIDs and SXids", SECOND)).containsEntry("errors", 1.0);
    assertThat(last(simulated(), "Errors of GPUs and switches", SECOND))
        .containsEntry("kind", "XID")
        .containsEntry("number", "79")
        .containsEntry("server", FAULTY);
    assertThat(last(known(), "Errors of GPUs and switches", SECOND))
        .containsEntry("kind", "SXid")
        .containsEntry("number", "20034");
  }

  @Test
  void whatIsBrokenIsShownAsBroken() throws Exception {
    assertThat(last(simulated(), "GPUs that do not", SECOND)).containsEntry("do not answer", 1.0);
    assertThat(last(simulated(), "GPUs that answer", SECOND)).containsEntry("answer", 79.0);
    assertThat(last(simulated(), "GPUs in trouble", SECOND))
        .containsEntry("server", FAULTY)
        .containsEntry("state", 2.0);
    assertThat(last(simulated(), "Ports in trouble", SECOND))
        .containsEntry("port", "mlx5_2/1")
        .containsEntry("link", 0.0);
    assertThat(last(simulated(), "Ports down", SECOND)).containsEntry("down", 1.0);
    assertThat(
            simulated().ask(panel("GPUs held back").queries().getFirst(), SECOND).stream()
                .map(row -> row.get("heat")))
        .contains(1.0);
  }

  @ParameterizedTest
  @CsvSource({
    "Servers, servers, 2",
    "GPUs that answer, answer, 4",
    "GPUs that do not, do not answer, 0",
    "XIDs and SXids, errors, 1",
    "Power of all GPUs, power, 1800",
    "Hottest GPU, hottest, 70",
    "Utilization of GPUs, mean, 0.625",
    "Utilization of GPUs, lowest, 0.25",
    "Power of all GPUs over time, all GPUs, 1800",
    "Temperature of GPUs, mean, 55",
    "Temperature of GPUs, hottest, 70",
    "Clock of GPUs, mean, 1.15e9",
    "Clock of GPUs, slowest at work, 1.0e9",
    "GPUs held back, heat, 2",
    "GPUs held back, power brake, 0",
    "GPUs held back, power cap, 1",
    "Ports down, down, 0",
    "Processors, mean, 0.5",
    "Memory, used, 4e9",
    "Utilization, value, 0.5",
    "Power, value, 400",
    "Temperature, value, 50",
    "SM clock, value, 1.1e9",
    "Memory used, value, 2e9",
    "Held back, value, 3",
    "State, value, 1",
    "Uncorrected memory errors, value, 0",
    "Corrected memory errors, value, 239",
    "Traffic of ports, value, 1e9",
    "Ports, value, 1"
  })
  void numbersAreRight(String title, String column, double expected) throws Exception {
    for (Duration interval : List.of(SECOND, Duration.ofSeconds(15), Duration.ofMinutes(1))) {
      Double shown = (Double) last(known(), title, interval).get(column);
      assertThat(shown).as("%s at %s", title, interval).isNotNull();
      assertThat(Objects.requireNonNull(shown)).isCloseTo(expected, within(expected * 1e-6));
    }
  }

  /// Neither at the ends of the range nor in between.
  @ParameterizedTest
  @CsvSource({
    "Power of all GPUs over time, all GPUs, 1800",
    "GPUs held back, heat, 2",
    "Utilization of GPUs, lowest, 0.25"
  })
  void sumsOverAllServersHaveNoDents(String title, String column, double expected)
      throws Exception {
    for (Duration interval : List.of(Duration.ofSeconds(10), Duration.ofSeconds(30))) {
      List<Map<String, @Nullable Object>> rows =
          known().ask(panel(title).queries().getFirst(), interval);
      assertThat(rows)
          .hasSizeBetween(5, 24)
          .allSatisfy(row -> {
            Double value = (Double) row.get(column);
            assertThat(value).isNotNull();
            assertThat(Objects.requireNonNull(value)).isCloseTo(expected, within(expected * 1e-6));
          });
    }
  }

  @Test
  void whatIsMissingIsAGap() throws Exception {
    Instant end = stored.to.minusSeconds(10);
    List<Map<String, @Nullable Object>> power =
        simulated().ask(panel("Power").queries().getFirst(), SECOND);
    var without = new HashSet<String>();
    for (Map<String, @Nullable Object> row : power) {
      if (at(row).isAfter(end) && row.get("value") == null) {
        without.add(Objects.toString(row.get("metric")));
      }
    }
    String lost = Objects.toString(last(simulated(), "GPUs in trouble", SECOND).get("GPU"));
    assertThat(without)
        .as("the lost GPU has a state to the end, and no power any more")
        .containsExactly(lost.substring(0, 12) + "…" + lost.substring(lost.length() - 4));
  }

  private static Instant at(Map<String, @Nullable Object> row) {
    return (Instant) Objects.requireNonNull(row.get("time"));
  }

  static Stream<String> queries() {
    return Stream.of(
            panels().flatMap(panel -> panel.queries().stream()),
            ClusterDashboard.MARKS.stream().map(Marks::query),
            ClusterDashboard.VARIABLES.stream().map(Variable::query))
        .flatMap(queries -> queries);
  }

  /// QuestDB finds a range of time by its partitions; anything else reads all that is stored.
  @ParameterizedTest
  @MethodSource("queries")
  void everyQueryReadsItsRangeOnly(String sql) throws Exception {
    String plan =
        simulated().ask("EXPLAIN " + sql, SECOND).stream()
            .map(row -> Objects.toString(row.get("QUERY PLAN")))
            .collect(Collectors.joining("\n"));
    assertThat(plan)
        .as(plan)
        .containsPattern("Interval (forward|backward) scan on: ")
        .doesNotContainPattern("Frame (forward|backward) scan on: ");
  }

  /// The last row of the last line, by the line's name.
  private static Map<String, @Nullable Object> last(
      Grafana grafana, String title, Duration interval) throws Exception {
    return grafana.ask(panel(title).queries().getFirst(), interval).stream()
        .max((a, b) ->
            String.valueOf(a.get("time"))
                .concat(String.valueOf(a.get("metric")))
                .compareTo(String.valueOf(b.get("time")).concat(String.valueOf(b.get("metric")))))
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "Power, GPU, power",
    "Utilization, GPU, utilization",
    "Temperature, GPU, temperature",
    "Temperature of memory, GPU, temperature_memory",
    "SM clock, GPU, clock_sm",
    "Memory used, GPU, memory_used",
    "Processors, HOST, cpu_mean",
    "Memory, HOST, memory_used"
  })
  void unitsAreThoseInWhichTheValuesAreStored(String title, Table table, String column) {
    var units =
        Map.of("W", "watt", "1", "percentunit", "Cel", "celsius", "Hz", "hertz", "By", "bytes");
    var metric = Objects.requireNonNull(Contract.metric(Contract.column(table, column).metric()));
    assertThat(panel(title).unit()).isEqualTo(units.get(metric.unit()));
  }
}
