package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.AttributeMap;
import io.lockstep.telemetry.otlp.BatchId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Collects what one request says: points of one subject and time become one row.
final class BatchRows {
  private record Key(Table table, String host, String subject, long timeNanos) {}

  private final String cluster;
  private final @Nullable BatchId id;
  private final BatchReader.Limits limits;
  private final long nowNanos;
  private final Map<Key, Row> rows = new LinkedHashMap<>();
  private final List<Point> points = new ArrayList<>();
  private final List<Event> events = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private long refused;
  private String reason = "";

  BatchRows(String cluster, @Nullable BatchId id, BatchReader.Limits limits, long nowNanos) {
    this.cluster = cluster;
    this.id = id;
    this.limits = limits;
    this.nowNanos = nowNanos;
  }

  /// Why a time can't be taken; null when it can.
  @Nullable String refuse(long timeNanos) {
    return limits.refuse(timeNanos, nowNanos);
  }

  /// Counts what can't be taken; the first reason is told to the sender.
  void refuse(long count, String why) {
    if (refused == 0) {
      reason = why;
    }
    refused += count;
  }

  /// Takes one number of a metric: into its row when the contract knows it, else as a point.
  ///
  /// @param integral whether `bits` is the whole number itself
  void number(
      String name,
      String unit,
      boolean delta,
      Origin origin,
      AttributeMap attributes,
      long timeNanos,
      boolean integral,
      long bits) {
    double value = integral ? (double) bits : Double.longBitsToDouble(bits);
    if (!Double.isFinite(value)) {
      return;
    }
    boolean known = !delta && known(name, origin, attributes, timeNanos, integral, bits);
    if (!known || id == null) {
      point(name, unit, origin, attributes.toJson(), timeNanos, value);
    }
  }

  private boolean known(
      String name, Origin origin, AttributeMap attributes, long time, boolean integral, long bits) {
    Metric metric = Contract.metric(name);
    Column column = metric == null ? null : metric.column(attributes::get);
    String subject = metric == null ? null : metric.subject().of(attributes::get);
    if (column == null || subject == null) {
      return false;
    }
    var key = new Key(column.table(), origin.host(), subject, time);
    Row row =
        rows.computeIfAbsent(key, k -> new Row(k.table(), k.host(), k.subject(), k.timeNanos()));
    if (integral) {
      row.set(column, bits);
    } else {
      row.set(column, Double.longBitsToDouble(bits));
    }
    return true;
  }

  /// Takes one value as a narrow row.
  void point(
      String name, String unit, Origin origin, String attributes, long timeNanos, double value) {
    if (Double.isFinite(value)) {
      points.add(
          new Point(name, unit, attributes, origin.host(), origin.service(), timeNanos, value));
    }
  }

  void add(Event event) {
    events.add(event);
  }

  void add(Step step) {
    steps.add(step);
  }

  /// What identifies the next event for ever.
  ///
  /// @param content everything the record says, for senders without batch ids
  String eventId(String content) {
    return id == null ? Digest.of(content) : id.header() + "/" + events.size();
  }

  Batch batch() {
    return new Batch(
        cluster, id, List.copyOf(rows.values()), points, events, steps, refused, reason);
  }
}
