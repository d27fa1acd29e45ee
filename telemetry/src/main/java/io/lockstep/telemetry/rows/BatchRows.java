package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Collects what one request says: points of one subject and time become one row.
final class BatchRows {
  /// What is kept of one request, roughly, bytes. A few bytes of a histogram can ask for thousands
  /// of rows with long attributes; no honest request comes near.
  private static final long KEPT_MAX = 64 << 20;

  private static final String FULL =
      "the request says more than 64 MiB once read; send it in parts";

  /// The longest attributes of a point, as JSON, characters: they identify it in the store.
  private static final int ATTRIBUTES_MAX = 16 << 10;

  private record Key(Table table, String host, String subject, long timeNanos) {}

  private final String cluster;
  private final @Nullable BatchId id;
  private final BatchReader.Limits limits;
  private final long nowNanos;
  private final Map<Key, Row> byKey = new HashMap<>();
  private final List<Row> rows = new ArrayList<>();
  private final List<Point> points = new ArrayList<>();
  private final List<Event> events = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final List<GpuJob> jobs = new ArrayList<>();
  private long kept;
  private boolean full;
  private long records;
  private long refused;
  private String reason = "";

  BatchRows(String cluster, @Nullable BatchId id, BatchReader.Limits limits, long nowNanos) {
    this.cluster = cluster;
    this.id = id;
    this.limits = limits;
    this.nowNanos = nowNanos;
  }

  /// Whether the request came without a batch id, so that what it says goes to the store as points.
  boolean anonymous() {
    return id == null;
  }

  /// Whether a point with this time is taken; refuses it when not.
  boolean takes(MetricHeader metric, long timeNanos) {
    return takes(() -> "a point of " + metric.name(), timeNanos);
  }

  /// Whether a record with this time is taken; refuses it when not.
  ///
  /// @param what it is, as the beginning of a sentence
  boolean takes(Supplier<String> what, long timeNanos) {
    if (full) {
      refuse(() -> FULL);
      return false;
    }
    if (!limits.take(timeNanos, nowNanos)) {
      refuse(() -> what.get() + " " + limits.refusal(timeNanos, nowNanos));
      return false;
    }
    return true;
  }

  /// Refuses one point or record; the first reason is told to the sender.
  void refuse(Supplier<String> why) {
    if (refused == 0) {
      reason = why.get();
    }
    refused++;
  }

  /// The row of that subject and time; null when it was refused, because the request is too big.
  @Nullable Row row(Table table, String host, String subject, long timeNanos) {
    var key = new Key(table, host, subject, timeNanos);
    Row row = byKey.get(key);
    if (row == null && keep(200 + 9L * Contract.columns(table).size())) {
      row = new Row(table, host, subject, timeNanos);
      byKey.put(key, row);
      rows.add(row);
    }
    return row;
  }

  /// Takes one value as a narrow row; one that is not finite is no value.
  ///
  /// @param part of the metric: `.count`, `.sum`, `.bucket`; empty for its value
  /// @param attributes as JSON
  /// @return false when the point is refused; of what it says no more must be added
  boolean add(MetricHeader metric, String part, String attributes, long timeNanos, double value) {
    if (!Double.isFinite(value)) {
      return true;
    }
    if (attributes.length() > ATTRIBUTES_MAX) {
      refuse(() -> metric.tooLong(attributes.length(), ATTRIBUTES_MAX));
      return false;
    }
    boolean kept = keep(150 + attributes.length());
    if (kept) {
      points.add(metric.point(part, attributes, timeNanos, value));
    }
    return kept;
  }

  /// @param size of its texts, characters
  void add(Event event, long size) {
    if (keep(300 + size)) {
      events.add(event);
    }
  }

  void add(Step step) {
    if (keep(600)) {
      steps.add(step);
    }
  }

  void add(GpuJob job) {
    if (keep(600)) {
      jobs.add(job);
    }
  }

  /// Makes room. What does not fit is refused, once, and so is all that comes after it.
  private boolean keep(long bytes) {
    if (!full && kept + bytes > KEPT_MAX) {
      full = true;
      refuse(() -> FULL);
    }
    kept += bytes;
    return !full;
  }

  /// Counts the request's records, refused ones too: the same request sent later, when some are too
  /// old, gives the others the same ids.
  long nextRecord() {
    return records++;
  }

  /// What identifies an event for ever.
  ///
  /// @param record its number in the request
  /// @param content everything the record says, for senders without batch ids
  String eventId(long record, Supplier<String> content) {
    return id == null ? Digest.of(content.get()) : id.header() + "/" + record;
  }

  Batch batch() {
    return new Batch(cluster, id, rows, points, events, steps, jobs, refused, reason);
  }
}
