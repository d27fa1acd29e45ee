package io.lockstep.telemetry.contract;

import io.lockstep.telemetry.contract.Metric.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/// Writes `docs/metrics.md` from the contract.
final class MetricsPage {
  private static final String HEAD =
      """
      # Metrics, events and attributes

      Made from `telemetry/contract`; do not edit. `./mvnw verify -Dgolden=update` writes it anew.

      Names follow OpenTelemetry's semantic conventions @CONVENTIONS where they have one; `training.*` is what a training process
      says, `lockstep.*` the rest. Units are UCUM and never part of a name. Everything that Lockstep sends carries
      `schema_url` `@SCHEMA`.

      A metric with the attribute values given below becomes one column of one row: the row is keyed by cluster, host,
      subject and time; `rank` has job and attempt in its key, too. `live` columns are also kept in the collector's memory, for detectors and the page. Counters are
      cumulative since the start of what counts. What could not be read is absent, never 0 or −1.
      """;
  private static final String FOREIGN =
      """

      ## What others send

      Any OpenTelemetry SDK or Collector may send. Nothing is refused for being unknown:

      | sent | kept as |
      |---|---|
      | a metric that the contract does not know, or with another unit or other attribute values than those above | a row of `metric` for each point: metric, unit, attributes (JSON with sorted keys), service, value |
      | a point of a known metric with an attribute that the contract does not have there, other than @DESCRIPTIVE | the same: it is another series, as of one core of many |
      | a value that its column can't hold, such as 2⁴⁰ in an INT | the same |
      | a metric that the contract knows, without the header `lockstep-batch` | the same, and a row in the collector's memory |
      | a sum with delta temporality | the same, as it is; never in a column |
      | a histogram | rows of `metric`: `NAME.count`, `NAME.sum`, and `NAME.bucket` with the attribute `le`, counted up to that bound, the last `+Inf` |
      | an exponential histogram | the same, its bounds worked out |
      | a summary | rows of `metric`: `NAME.count`, `NAME.sum`, and `NAME` with the attribute `quantile` |
      | a log record | a row of `event`: name, severity, subject (`hw.id`, or `rank/` and `dl.rank`), body (8 KiB at most), attributes, id |
      | a span `training.step` | a row of `rank`, with job, attempt, iteration and the columns above |
      | any other span | refused by partial success |
      | a point without a recorded value, NaN or infinite | nothing: no value is no row |
      | a time that is 0, more than 7 days old or an hour ahead | refused by partial success, with name and time |
      | a resource whose `host.name` is not the sender's | refused by partial success |
      | exemplars, spans' events and links, descriptions, scopes, minimum and maximum of a histogram | skipped |

      `metric` has the columns `ts, cluster, host, service, metric, unit, attributes, value`; `event` has
      `ts, cluster, host, subject, service, name, id, severity, body, attributes`. Names, hosts, services and subjects have at
      most 255 characters, a point's attributes 16 KiB, a log record's 64 KiB, a histogram 1,024 buckets; what is longer is refused
      by partial success. Of one request at most 64 MiB are kept, as rows; the rest is refused.
      """;

  private final StringBuilder out = new StringBuilder();

  static String render() {
    var page = new MetricsPage();
    page.out.append(
        HEAD.replace("@CONVENTIONS", Contract.SEMANTIC_CONVENTIONS)
            .replace("@SCHEMA", Contract.SCHEMA_URL));
    for (Table table : Table.values()) {
      if (table.wide()) {
        page.table(table);
      }
    }
    page.narrow();
    page.events();
    page.attributes();
    page.out.append(FOREIGN.replace("@DESCRIPTIVE", code(List.copyOf(Contract.descriptive()))));
    return page.out.toString();
  }

  private void table(Table table) {
    out.append("\n## Table `").append(table.tableName()).append("`\n\n");
    out.append(about(table)).append("\n\n");
    out.append("| column | metric | unit | kind | stored | what |\n|---|---|---|---|---|---|\n");
    String before = "";
    for (Column column : Contract.columns(table)) {
      Metric metric = Objects.requireNonNull(Contract.metric(column.metric()));
      String help = metric.name().equals(before) ? "" : metric.help();
      before = metric.name();
      row(
          "`" + column + "`",
          "`" + metric.name() + "`" + attributes(column),
          "`" + metric.unit() + "`",
          kind(metric.kind()),
          column.type() + (column.live() ? ", live" : ""),
          help);
    }
  }

  /// What has no columns, because nobody knows beforehand what its attributes say.
  private void narrow() {
    out.append("\n## Table `metric`\n\nOf what Lockstep itself sends, these are narrow rows.\n\n");
    out.append("| metric | unit | kind | what |\n|---|---|---|---|\n");
    for (Metric metric : Contract.metrics()) {
      if (metric.columns().isEmpty()) {
        row(
            "`" + metric.name() + "`",
            "`" + metric.unit() + "`",
            kind(metric.kind()),
            metric.help());
      }
    }
  }

  private static String about(Table table) {
    return switch (table) {
      case GPU -> "One GPU each second. Subject: its UUID.";
      case GPU_SLOW -> "What changes slowly about a GPU. Subject: its UUID.";
      case PORT ->
          "One InfiniBand or RoCE port each second. Subject: device and port, as in `mlx5_0/1`.";
      case HOST -> "The server as a whole, each second. Subject: `host`.";
      case HOST_SLOW -> "What changes slowly about the server. Subject: `host`.";
      case RANK ->
          "One training rank and iteration: the attributes of a span `training.step`, all optional."
              + " Subject: `rank/7`.";
      case PART ->
          "Parts of a server. Subject: kind and name, as in `disk/sda`, `filesystem//`,"
              + " `interface/eth0`, `sampler/host`; `gpu/UUID` for who uses a GPU,"
              + " `mig/UUID` for an instance of one.";
      case METRIC, EVENT -> "";
    };
  }

  private static String attributes(Column column) {
    return column.attributes().entrySet().stream()
        .map(e -> " `" + e.getKey() + "=" + e.getValue() + "`")
        .collect(Collectors.joining());
  }

  private static String kind(Kind kind) {
    return kind == Kind.UP_DOWN_COUNTER
        ? "up-down counter"
        : kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private void events() {
    out.append("\n## Events\n\nLog records with an event name; rows of the table `event`.\n\n");
    out.append("| event | severity | attributes | what |\n|---|---|---|---|\n");
    for (EventType event : Contract.events()) {
      row("`" + event.name() + "`", event.severity(), code(event.attributes()), event.help());
    }
  }

  private void attributes() {
    out.append("\n## Attributes\n\n| attribute | stands on | what |\n|---|---|---|\n");
    for (Attribute attribute : Contract.attributes()) {
      row("`" + attribute.name() + "`", attribute.place(), attribute.help());
    }
  }

  private static String code(List<String> names) {
    return names.stream().sorted().map(n -> "`" + n + "`").collect(Collectors.joining(", "));
  }

  private void row(String... cells) {
    for (String cell : cells) {
      out.append("| ").append(cell.replace("|", "\\|")).append(cell.isEmpty() ? "" : " ");
    }
    out.append("|\n");
  }
}
