package io.lockstep.telemetry.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ContractTest {
  private static final Path PAGE = Path.of("..", "docs", "metrics.md");

  /// Names that OpenTelemetry itself gives: they are as they are.
  private static final Set<String> THEIRS = Set.of("system.memory.linux.available");

  @Test
  void thePageIsUpToDate() throws IOException {
    String page = MetricsPage.render();
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).as("run ./mvnw verify -Dgolden=update").hasContent(page);
  }

  @Test
  void everyMetricHasAUnitAHelpAndANameThatSaysNoUnit() {
    for (Metric metric : Contract.metrics()) {
      assertThat(metric.name()).matches("[a-z][a-z0-9_]*(\\.[a-z0-9][a-z0-9_]*)+");
      assertThat(metric.unit()).as(metric.name()).isNotBlank();
      assertThat(metric.help()).as(metric.name()).endsWith(".");
      if (!THEIRS.contains(metric.name())) {
        assertThat(metric.name()).doesNotMatch(".*[._](seconds|bytes|watts|hertz|celsius|total)$");
      }
    }
  }

  @Test
  void aColumnIsFoundByTheAttributesThatLeadToIt() {
    for (Metric metric : Contract.metrics()) {
      for (Column column : metric.columns()) {
        Map<String, String> attributes = column.attributes();
        assertThat(metric.column(attributes::get)).isEqualTo(column);
        assertThat(Contract.columns(column.table()).get(column.index())).isEqualTo(column);
      }
    }
  }

  @Test
  void columnNamesDifferEvenForAStoreThatIgnoresCase() {
    for (Table table : Table.values()) {
      var names = new HashSet<String>();
      for (Column column : Contract.columns(table)) {
        assertThat(column.name()).matches("[a-z][a-z0-9_]*");
        assertThat(names.add(column.name())).as(column.toString()).isTrue();
      }
    }
  }

  @Test
  void theWindowInMemoryStaysSmall() {
    Map<Table, Integer> most =
        Map.of(Table.GPU, 24, Table.PORT, 12, Table.HOST, 32, Table.RANK, 20);
    most.forEach((table, limit) -> {
      List<Column> live = Contract.columns(table).stream().filter(Column::live).toList();
      assertThat(live).as(table.tableName()).hasSizeLessThanOrEqualTo(limit);
    });
  }

  @Test
  void attributesThatChooseAColumnAreDocumented() {
    var known = new HashSet<String>();
    Contract.attributes().forEach(attribute -> known.add(attribute.name()));
    for (Metric metric : Contract.metrics()) {
      assertThat(known).as(metric.name()).containsAll(metric.distinguishing());
    }
  }
}
