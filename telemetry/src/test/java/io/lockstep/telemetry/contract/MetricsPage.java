package io.lockstep.telemetry.contract;

import java.util.ArrayList;
import java.util.List;

/// The contract as `docs/metrics.md`.
final class MetricsPage {
  private MetricsPage() {}

  static String render() {
    var text = new StringBuilder();
    text.append(
        """
        # Metrics, events and attributes

        Made from the contract in `telemetry/contract`; `./mvnw verify -Dgolden=update` rewrites it. Names of OpenTelemetry's semantic
        conventions (%s) where they have one, else `training.*` for what a training process sends and `lockstep.*` for the rest. Units
        are UCUM. Everything sent has the schema url `%s`.

        *Live* columns stand in the window in memory, which detectors and the page read; all stand in the store. A table's key is time,
        cluster, host and subject; `rank` has job and attempt too.

        """
            .formatted(Contract.SEMANTIC_CONVENTIONS, Contract.SCHEMA_URL));
    metrics(text);
    tables(text);
    events(text);
    attributes(text);
    text.append(
        """

        ## What others send

        Any OpenTelemetry SDK or Collector may send. Metrics that are not listed above, and all metrics of senders without batch ids, go
        to the table `metric`, one value a row: `ts, cluster, host, service, metric, attributes` (the data point's attributes as JSON with sorted
        keys), `unit, value`. A histogram becomes `NAME.count`, `NAME.sum` and one `NAME.bucket` per bound with the attribute `le`; a
        summary has the attribute `quantile`. Those that are listed above also feed the window. Log records go to the table `event`:
        `ts, cluster, host, service, name, subject, id, severity, body, attributes`. Spans other than `training.step` are refused by partial success.
        """);
    return text.toString();
  }

  private static void metrics(StringBuilder text) {
    text.append(
        "## Metrics\n\n| metric | unit | kind | attributes → table.column | |\n|---|---|---|---|---|\n");
    for (Metric metric : Contract.metrics()) {
      if (metric.kind() != Metric.Kind.SPAN_ATTRIBUTE) {
        row(text, metric);
      }
    }
    text.append("\n## Attributes of the span `training.step`\n\n");
    text.append("| attribute | unit | column | |\n|---|---|---|---|\n");
    for (Metric metric : Contract.metrics()) {
      if (metric.kind() == Metric.Kind.SPAN_ATTRIBUTE) {
        Column column = metric.columns().getFirst();
        text.append(
            "| `%s` | %s | `%s`%s | %s |%n"
                .formatted(metric.name(), metric.unit(), column, live(column), metric.help()));
      }
    }
  }

  private static void row(StringBuilder text, Metric metric) {
    List<String> places = new ArrayList<>();
    for (Column column : metric.columns()) {
      var values = new ArrayList<String>();
      column.attributes().forEach((key, value) -> values.add(key + "=" + value));
      String from = values.isEmpty() ? "" : String.join(", ", values) + " → ";
      places.add(from + "`" + column + "`" + live(column));
    }
    text.append(
        "| `%s` | %s | %s | %s | %s |%n"
            .formatted(
                metric.name(),
                metric.unit(),
                kind(metric),
                String.join("<br>", places),
                metric.help()));
  }

  private static String live(Column column) {
    return column.live() ? " *live*" : "";
  }

  private static String kind(Metric metric) {
    return switch (metric.kind()) {
      case GAUGE -> "gauge";
      case COUNTER -> "counter";
      case UP_DOWN_COUNTER -> "up-down counter";
      case SPAN_ATTRIBUTE -> "attribute";
    };
  }

  private static void tables(StringBuilder text) {
    text.append(
        "\n## Tables\n\n| table | columns | live | bytes a row, without key |\n|---|---|---|---|\n");
    for (Table table : Table.values()) {
      if (table.wide()) {
        List<Column> columns = Contract.columns(table);
        long live = columns.stream().filter(Column::live).count();
        int bytes = columns.stream().mapToInt(MetricsPage::bytes).sum();
        text.append(
            "| `%s` | %d | %d | %d |%n".formatted(table.tableName(), columns.size(), live, bytes));
      }
    }
  }

  private static int bytes(Column column) {
    return switch (column.type()) {
      case FLOAT, INT -> 4;
      case DOUBLE, LONG -> 8;
    };
  }

  private static void events(StringBuilder text) {
    text.append("\n## Events\n\n| event | severity | attributes | |\n|---|---|---|---|\n");
    for (EventType event : Contract.events()) {
      text.append(
          "| `%s` | %s | %s | %s |%n"
              .formatted(
                  event.name(),
                  event.severity(),
                  String.join(", ", event.attributes()),
                  event.help()));
    }
  }

  private static void attributes(StringBuilder text) {
    text.append("\n## Attributes\n\n| attribute | on | |\n|---|---|---|\n");
    for (Attribute attribute : Contract.attributes()) {
      text.append(
          "| `%s` | %s | %s |%n".formatted(attribute.name(), attribute.place(), attribute.help()));
    }
  }
}
