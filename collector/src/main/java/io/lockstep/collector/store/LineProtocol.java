package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.Point;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;

/// Writes batches as InfluxDB line protocol, timestamps in nanoseconds. What identifies a row (and
/// what is asked for by it) is a tag; what is measured, and text of which there is no end, a field.
///
/// Source of the syntax: <https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/>;
/// QuestDB's own: <https://questdb.com/docs/reference/api/ilp/advanced-settings/>.
final class LineProtocol {
  /// Whether a text value may hold line feeds, each behind a backslash. QuestDB reads that;
  /// VictoriaMetrics would take what follows for a line of its own.
  private final boolean lineFeeds;

  LineProtocol(boolean lineFeeds) {
    this.lineFeeds = lineFeeds;
  }

  /// The batch's lines. Wide rows are written only of a batch with an id: one agent batch holds a
  /// whole row, and a store that de-duplicates replaces whole rows.
  Lines of(Batch batch) {
    var out = new LineWriter(lineFeeds, sizeOf(batch));
    if (batch.id() != null) {
      for (Row row : batch.rows()) {
        row(out, batch.cluster(), row);
      }
    }
    for (Step step : batch.steps()) {
      step(out, batch.cluster(), step);
    }
    for (Point point : batch.points()) {
      point(out, batch.cluster(), point);
    }
    for (Event event : batch.events()) {
      event(out, batch.cluster(), event);
    }
    return out.lines();
  }

  /// A guess at the characters needed, so that the buffer seldom grows.
  private static int sizeOf(Batch batch) {
    long size =
        400L * (batch.id() == null ? 0 : batch.rows().size())
            + 400L * batch.steps().size()
            + 200L * batch.points().size()
            + 500L * batch.events().size();
    return (int) Math.min(size, 16 << 20);
  }

  private static void row(LineWriter out, String cluster, Row row) {
    begin(out, row.table(), cluster, row.host());
    out.tag("subject", row.subject());
    columns(out, row);
    out.end(row.timeNanos());
  }

  private static void step(LineWriter out, String cluster, Step step) {
    begin(out, Table.RANK, cluster, step.row().host());
    out.tag("subject", step.row().subject());
    out.tag("job", step.job());
    out.tag("attempt", step.attempt());
    out.field("iteration", step.iteration());
    if (step.worldSize() > 0) {
      out.field("world_size", step.worldSize());
    }
    if (step.pipelineStage() >= 0) {
      out.field("pipeline_stage", step.pipelineStage());
    }
    if (step.expertGroup() >= 0) {
      out.field("expert_group", step.expertGroup());
    }
    out.field("gpu", step.gpu());
    columns(out, step.row());
    out.end(step.row().timeNanos());
  }

  private static void point(LineWriter out, String cluster, Point point) {
    begin(out, Table.METRIC, cluster, point.host());
    out.tag("service", point.service());
    out.tag("metric", point.metric());
    out.tag("unit", point.unit());
    out.tag("attributes", point.attributes());
    out.field("value", point.value());
    out.end(point.timeNanos());
  }

  private static void event(LineWriter out, String cluster, Event event) {
    begin(out, Table.EVENT, cluster, event.host());
    out.tag("subject", event.subject().isEmpty() ? Table.HOST_SUBJECT : event.subject());
    out.tag("service", event.service());
    out.tag("name", event.name());
    out.field("id", event.id());
    if (event.severity() > 0) {
      out.field("severity", event.severity());
    }
    out.field("body", event.body());
    out.field("attributes", JsonText.of(event.attributes()));
    out.end(event.timeNanos());
  }

  private static void begin(LineWriter out, Table table, String cluster, String host) {
    out.begin(table);
    out.tag("cluster", cluster);
    out.tag("host", host);
  }

  private static void columns(LineWriter out, Row row) {
    for (Column column : Contract.columns(row.table())) {
      if (row.has(column)) {
        switch (column.type()) {
          case FLOAT -> out.field(column.name(), (float) row.value(column));
          case DOUBLE -> out.field(column.name(), row.value(column));
          case INT -> out.intField(column.name(), row.longValue(column));
          case LONG -> out.field(column.name(), row.longValue(column));
        }
      }
    }
  }
}
