package io.lockstep.telemetry.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Metric.Kind;
import io.opentelemetry.api.logs.Severity;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ContractTest {
  private static final String DOTTED = "[a-z][a-z0-9_]*(\\.[a-z0-9][a-z0-9_]*)+";

  /// Words for units, as people put them into names.
  private static final Set<String> UNITS =
      Set.of(
          "second",
          "seconds",
          "ms",
          "milliseconds",
          "us",
          "ns",
          "byte",
          "bytes",
          "kb",
          "mb",
          "gb",
          "kib",
          "mib",
          "gib",
          "bits",
          "celsius",
          "watt",
          "watts",
          "joule",
          "joules",
          "hz",
          "hertz",
          "mhz",
          "percent",
          "ratio",
          "total");

  @ParameterizedTest
  @EnumSource(Table.class)
  void columnsAreUniqueAndCountUp(Table table) {
    List<Column> columns = Contract.columns(table);
    assertThat(columns).extracting(Column::name).doesNotHaveDuplicates();
    assertThat(columns).extracting(Column::name).allMatch(name -> name.matches("\\w+"));
    for (int i = 0; i < columns.size(); i++) {
      assertThat(columns.get(i).index()).isEqualTo(i);
      assertThat(columns.get(i).table()).isEqualTo(table);
      assertThat(Contract.column(table, columns.get(i).name())).isSameAs(columns.get(i));
    }
    assertThat(columns.isEmpty()).isNotEqualTo(table.wide());
  }

  /// Column names stand in SQL beside the keys, and stores don't tell upper from lower case.
  @ParameterizedTest
  @EnumSource(Table.class)
  void noColumnHasTheNameOfAKey(Table table) {
    Set<String> keys =
        Set.of("ts", "timestamp", "cluster", "host", "subject", "job", "attempt", "iteration");
    assertThat(Contract.columns(table))
        .extracting(column -> column.name().toLowerCase(Locale.ROOT))
        .doesNotHaveDuplicates()
        .noneMatch(keys::contains);
  }

  /// What the collector's memory is sized for.
  @ParameterizedTest
  @CsvSource({"GPU, 24", "PORT, 12", "HOST, 32", "PART, 6", "RANK, 20"})
  void liveColumnsFitTheWindow(Table table, long limit) {
    assertThat(Contract.columns(table).stream().filter(Column::live).count()).isBetween(1L, limit);
  }

  @Test
  void onlyTablesOfTheWindowHaveLiveColumns() {
    for (Table table : List.of(Table.GPU_SLOW, Table.HOST_SLOW)) {
      assertThat(Contract.columns(table)).noneMatch(Column::live);
    }
  }

  @Test
  void metricsHaveDottedLowerCaseNamesAUnitAndHelp() {
    for (Metric metric : Contract.metrics()) {
      assertThat(metric.name()).matches(DOTTED);
      assertThat(metric.unit()).as(metric.name()).isNotBlank();
      assertThat(metric.help()).as(metric.name()).isNotBlank().endsWith(".");
      boolean narrow = metric.name().startsWith("lockstep.gpu.job.");
      assertThat(metric.columns().isEmpty()).as(metric.name()).isEqualTo(narrow);
      assertThat(Contract.metric(metric.name())).isSameAs(metric);
    }
  }

  @Test
  void unitsAreNotInNames() {
    for (Metric metric : Contract.metrics()) {
      if (!metric.name().equals("hw.fan.speed_ratio")) { // the semantic conventions' own name
        assertThat(metric.name().split("[._]"))
            .as(metric.name())
            .doesNotContainAnyElementsOf(UNITS);
      }
    }
  }

  /// OpenTelemetry: a counter's name is what is counted; values that go up and down are gauges or
  /// up-down counters; a count of things has its unit in braces.
  @Test
  void columnsFitTheKindOfTheirMetric() {
    for (Metric metric : Contract.metrics()) {
      for (Column column : metric.columns()) {
        boolean counter = metric.kind() == Kind.COUNTER;
        assertThat(counter && column.type() == Column.Type.FLOAT)
            .as(column + " counts in 32-bit floating point: steps get lost")
            .isFalse();
        assertThat(metric.kind() == Kind.SPAN_ATTRIBUTE)
            .as(column.toString())
            .isEqualTo(column.table() == Table.RANK);
      }
    }
  }

  @Test
  void aPointLeadsToItsColumnAndNoOther() {
    for (Metric metric : Contract.metrics()) {
      for (Column column : metric.columns()) {
        Map<String, String> attributes = column.attributes();
        assertThat(metric.column(attributes::get)).isSameAs(column);
      }
      if (!metric.distinguishing().isEmpty() && metric.columns().size() > 1) {
        assertThat(metric.column(_ -> "no such value")).as(metric.name()).isNull();
      }
    }
  }

  @Test
  void everyAttributeIsDeclaredOnce() {
    List<String> declared = Contract.attributes().stream().map(Attribute::name).toList();
    assertThat(declared).doesNotHaveDuplicates().allMatch(name -> name.matches(DOTTED));
    var used = new HashSet<String>();
    for (Metric metric : Contract.metrics()) {
      used.addAll(metric.distinguishing());
      if (metric.kind() != Kind.SPAN_ATTRIBUTE && !metric.subject().attribute().isEmpty()) {
        used.add(metric.subject().attribute());
      }
    }
    Contract.events().forEach(event -> used.addAll(event.attributes()));
    Set<String> metrics = Contract.metrics().stream().map(Metric::name).collect(Collectors.toSet());
    used.removeAll(metrics);
    assertThat(declared).containsAll(used);
    assertThat(Contract.attributes())
        .allSatisfy(attribute -> {
          assertThat(attribute.place()).isIn("resource", "point", "event", "span");
          assertThat(attribute.help()).isNotBlank();
        });
  }

  @Test
  void eventsHaveASeverityThatOpenTelemetryKnows() {
    assertThat(Contract.events()).extracting(EventType::name).doesNotHaveDuplicates();
    for (EventType event : Contract.events()) {
      assertThat(event.name()).matches(DOTTED);
      assertThat(event.help()).isNotBlank();
      assertThat(Arrays.stream(Severity.values()).map(Enum::name)).contains(event.severity());
    }
  }
}
