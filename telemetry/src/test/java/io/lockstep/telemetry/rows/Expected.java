package io.lockstep.telemetry.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric.Kind;
import io.lockstep.telemetry.contract.Printable;
import io.lockstep.telemetry.contract.Table;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a request says, worked out the slow and plain way from the generated protobuf classes, as
/// lines of text; [#lines(Batch)] writes the reader's answer in the same words. Holds only for
/// requests without anything oversized.
final class Expected {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long NO_VALUE = 1;
  private static final int MAX = Integer.MAX_VALUE;

  private final boolean anonymous;
  private final long now;
  private final Map<String, Map<String, Object>> rows = new TreeMap<>();
  private final List<String> lines = new ArrayList<>();
  private long refused;
  private String host = "";
  private String service = "";
  private Map<String, String> resource = Map.of();

  Expected(boolean anonymous, long now) {
    this.anonymous = anonymous;
    this.now = now;
  }

  static List<String> lines(Batch batch) {
    Map<String, Map<String, Object>> rows = new TreeMap<>();
    for (Row row : batch.rows()) {
      var values = new TreeMap<String, Object>();
      for (Column column : Contract.columns(row.table())) {
        if (row.has(column)) {
          values.put(
              column.name(),
              column.type().integral() ? row.longValue(column) : (Object) row.value(column));
        }
      }
      rows.put(key(row.table(), row.host(), row.subject(), row.timeNanos()), values);
    }
    var lines = new ArrayList<String>();
    batch.points().forEach(point -> lines.add(point.toString()));
    batch
        .events()
        .forEach(event -> lines.add(event + " " + new TreeMap<>(event.attributes()).toString()));
    batch.steps().forEach(step -> lines.add(text(step)));
    lines.add(rows.toString());
    lines.add("refused " + batch.refused());
    return lines;
  }

  private List<String> done() {
    lines.add(rows.toString());
    lines.add("refused " + refused);
    return lines;
  }

  private static String key(Table table, String host, String subject, long time) {
    return table + " " + host + " " + subject + " " + time;
  }

  List<String> of(ExportMetricsServiceRequest request) {
    for (var one : request.getResourceMetricsList()) {
      from(one.getResource());
      one.getScopeMetricsList().forEach(scope -> scope.getMetricsList().forEach(this::metric));
    }
    return done();
  }

  List<String> of(ExportLogsServiceRequest request) {
    int index = 0;
    for (var one : request.getResourceLogsList()) {
      from(one.getResource());
      for (var scope : one.getScopeLogsList()) {
        for (var record : scope.getLogRecordsList()) {
          log(record, index++);
        }
      }
    }
    return done();
  }

  List<String> of(ExportTraceServiceRequest request) {
    for (var one : request.getResourceSpansList()) {
      from(one.getResource());
      one.getScopeSpansList().forEach(scope -> scope.getSpansList().forEach(this::span));
    }
    return done();
  }

  private void from(Resource sent) {
    resource = texts(sent.getAttributesList());
    host = resource.getOrDefault("host.name", "");
    host = host.isBlank() ? "sender" : host;
    service = resource.getOrDefault("service.name", "");
  }

  private boolean late(long time) {
    long ahead = time / 1_000_000_000 - now / 1_000_000_000;
    return time <= 0 || ahead > 3600 || -ahead > 7 * 86_400;
  }

  private boolean taken(boolean named, long time) {
    if (!named || late(time)) {
      refused++;
      return false;
    }
    return true;
  }

  private void metric(Metric metric) {
    switch (metric.getDataCase()) {
      case GAUGE -> metric.getGauge().getDataPointsList().forEach(p -> number(metric, p, false));
      case SUM -> {
        boolean delta =
            metric.getSum().getAggregationTemporality()
                == AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
        metric.getSum().getDataPointsList().forEach(p -> number(metric, p, delta));
      }
      case HISTOGRAM ->
          metric.getHistogram().getDataPointsList().forEach(p -> histogram(metric, p));
      case EXPONENTIAL_HISTOGRAM ->
          metric.getExponentialHistogram().getDataPointsList().forEach(p -> exponential(metric, p));
      case SUMMARY -> metric.getSummary().getDataPointsList().forEach(p -> summary(metric, p));
      case DATA_NOT_SET -> {}
    }
  }

  private void number(Metric metric, NumberDataPoint point, boolean delta) {
    if (!taken(!metric.getName().isEmpty(), point.getTimeUnixNano())
        || (point.getFlags() & NO_VALUE) != 0) {
      return;
    }
    Number value =
        switch (point.getValueCase()) {
          case AS_INT -> point.getAsInt();
          case AS_DOUBLE -> point.getAsDouble();
          case VALUE_NOT_SET -> Double.NaN;
        };
    Column column = delta ? null : column(metric, point.getAttributesList());
    boolean kept = column != null && put(column, point, value);
    if (!kept || anonymous) {
      point(metric, "", texts(point.getAttributesList()), point.getTimeUnixNano(), value);
    }
  }

  private @Nullable Column column(Metric metric, List<KeyValue> attributes) {
    var known = Contract.metric(metric.getName());
    if (known == null
        || known.kind() == Kind.SPAN_ATTRIBUTE
        || !known.measuredIn(metric.getUnit())) {
      return null;
    }
    for (KeyValue one : attributes) {
      boolean there =
          known.distinguishing().contains(one.getKey())
              || known.subject().attribute().equals(one.getKey())
              || Contract.descriptive().contains(one.getKey());
      if (!there || one.getKey().isEmpty() || one.getValue().getStringValue().isEmpty()) {
        return null;
      }
    }
    var texts = texts(attributes);
    return known.subject().of(texts::get) == null ? null : known.column(texts::get);
  }

  private boolean put(Column column, NumberDataPoint point, Number value) {
    boolean whole = value instanceof Long;
    if (!(whole
        ? column.type().holds(value.longValue())
        : column.type().holds(value.doubleValue()))) {
      return false;
    }
    var texts = texts(point.getAttributesList());
    var known = Objects.requireNonNull(Contract.metric(column.metric()));
    String subject = Objects.requireNonNull(known.subject().of(texts::get));
    Object kept =
        column.type().integral()
            ? (Object) (whole ? value.longValue() : Math.round(value.doubleValue()))
            : (Object) value.doubleValue();
    rows.computeIfAbsent(
            key(column.table(), host, subject, point.getTimeUnixNano()), _ -> new TreeMap<>())
        .put(column.name(), kept);
    return true;
  }

  private void point(
      Metric metric, String part, Map<String, String> attributes, long time, Number value) {
    if (Double.isFinite(value.doubleValue())) {
      String unit = part.equals(".count") || part.equals(".bucket") ? "1" : metric.getUnit();
      lines.add(
          new Point(
                  metric.getName() + part,
                  unit,
                  json(attributes),
                  host,
                  service,
                  time,
                  value.doubleValue())
              .toString());
    }
  }

  private void bucket(
      Metric metric, Map<String, String> attributes, String le, long time, double count) {
    var more = new TreeMap<>(attributes);
    more.put("le", le);
    point(metric, ".bucket", more, time, count);
  }

  private void histogram(Metric metric, HistogramDataPoint point) {
    long time = point.getTimeUnixNano();
    if (!taken(!metric.getName().isEmpty(), time) || (point.getFlags() & NO_VALUE) != 0) {
      return;
    }
    List<Double> bounds = point.getExplicitBoundsList();
    boolean fits =
        point.getBucketCountsCount() == 0 || bounds.size() == point.getBucketCountsCount() - 1;
    if (!fits || !bounds.equals(bounds.stream().distinct().sorted().toList())) {
      refused++;
      return;
    }
    var attributes = texts(point.getAttributesList());
    point(metric, ".count", attributes, time, unsigned(point.getCount()));
    point(metric, ".sum", attributes, time, point.hasSum() ? point.getSum() : Double.NaN);
    double below = 0;
    for (int i = 0; i < point.getBucketCountsCount(); i++) {
      below += unsigned(point.getBucketCounts(i));
      String le = i < bounds.size() ? bounds.get(i).toString() : "+Inf";
      bucket(metric, attributes, le, time, below);
    }
  }

  /// Holds for the small offsets of random messages; [DistributionTest] has the others.
  private void exponential(Metric metric, ExponentialHistogramDataPoint point) {
    long time = point.getTimeUnixNano();
    if (!taken(!metric.getName().isEmpty(), time) || (point.getFlags() & NO_VALUE) != 0) {
      return;
    }
    if (Math.abs(point.getScale()) > 32 || !(point.getZeroThreshold() >= 0)) {
      refused++;
      return;
    }
    var attributes = texts(point.getAttributesList());
    point(metric, ".count", attributes, time, unsigned(point.getCount()));
    point(metric, ".sum", attributes, time, point.hasSum() ? point.getSum() : Double.NaN);
    // Each bound with what lies at or below it; of equal ones the last counts.
    var below = new TreeMap<Double, Double>();
    double count = 0;
    var negative = point.getNegative();
    for (int i = negative.getBucketCountsCount() - 1; i >= 0; i--) {
      count += unsigned(negative.getBucketCounts(i));
      double bound = -bound(point.getScale(), negative.getOffset() + (long) i);
      if (bound < -point.getZeroThreshold()) {
        below.put(bound, count);
      }
    }
    count += unsigned(point.getZeroCount());
    if (negative.getBucketCountsCount() > 0 || point.getZeroCount() != 0) {
      below.put(point.getZeroThreshold() + 0.0, count);
    }
    var positive = point.getPositive();
    for (int i = 0; i < positive.getBucketCountsCount(); i++) {
      count += unsigned(positive.getBucketCounts(i));
      double bound = bound(point.getScale(), positive.getOffset() + i + 1L);
      if (bound > point.getZeroThreshold()) {
        below.put(bound, count);
      }
    }
    below.remove(Double.NEGATIVE_INFINITY);
    below.remove(Double.POSITIVE_INFINITY);
    below.forEach((bound, lower) -> bucket(metric, attributes, bound.toString(), time, lower));
    bucket(metric, attributes, "+Inf", time, count);
  }

  private static double bound(int scale, long index) {
    return Math.pow(2, index * Math.pow(2, -scale));
  }

  private void summary(Metric metric, SummaryDataPoint point) {
    long time = point.getTimeUnixNano();
    if (!taken(!metric.getName().isEmpty(), time) || (point.getFlags() & NO_VALUE) != 0) {
      return;
    }
    var attributes = texts(point.getAttributesList());
    point(metric, ".count", attributes, time, unsigned(point.getCount()));
    point(metric, ".sum", attributes, time, point.getSum());
    var quantiles = new TreeMap<Double, Double>();
    point.getQuantileValuesList().forEach(q -> quantiles.put(q.getQuantile(), q.getValue()));
    quantiles.forEach((quantile, value) -> {
      var more = new TreeMap<>(attributes);
      more.put("quantile", quantile.toString());
      point(metric, "", more, time, value);
    });
  }

  private void log(LogRecord record, int index) {
    long time =
        record.getTimeUnixNano() != 0 ? record.getTimeUnixNano() : record.getObservedTimeUnixNano();
    if (!taken(true, time)) {
      return;
    }
    var attributes = texts(record.getAttributesList());
    String name = record.getEventName();
    String subject = attributes.get("hw.id");
    if (subject == null && attributes.containsKey("lockstep.check.name")) {
      subject = "check/" + attributes.get("lockstep.check.name");
    } else if (subject == null && attributes.containsKey("lockstep.inventory.item")) {
      subject = "inventory/" + attributes.get("lockstep.inventory.item");
    } else if (subject == null) {
      String rank = attributes.getOrDefault("dl.rank", resource.get("dl.rank"));
      subject = rank == null ? "" : "rank/" + rank;
    }
    String body = text(record.getBody());
    var event =
        new Event(
            "1/node-1/5/9/" + index,
            time,
            host,
            service,
            Printable.line(name.isEmpty() ? attributes.getOrDefault("event.name", "") : name, MAX),
            record.getSeverityNumberValue(),
            Printable.line(subject, MAX),
            body == null ? "" : Printable.lines(body, MAX),
            attributes);
    lines.add(event + " " + new TreeMap<>(attributes));
  }

  private void span(Span span) {
    long start = span.getStartTimeUnixNano();
    long end = span.getEndTimeUnixNano();
    var all = new TreeMap<>(resource);
    var own = texts(span.getAttributesList());
    all.putAll(own);
    if (!span.getName().equals("training.step") || late(end) || start <= 0 || end < start) {
      refused++;
      return;
    }
    try {
      var row = new Row(Table.RANK, host, "rank/" + whole(all, "dl.rank", null), end);
      for (Column column : Contract.columns(Table.RANK)) {
        String said = column.name().equals("step") ? null : own.get(column.metric());
        double value = said == null ? Double.NaN : Double.parseDouble(said);
        boolean negative = value < 0 && !column.name().equals("loss");
        if (Double.isFinite(value) && (negative || !column.type().holds(value))) {
          throw new IllegalArgumentException();
        }
        row.set(column, value);
      }
      row.set(Contract.column(Table.RANK, "step"), (end - start) / 1e9);
      lines.add(
          text(
              new Step(
                  first(all, "unknown", "training.job.id", "slurm.job.id", "service.name"),
                  first(all, "0", "training.attempt", "process.creation.time"),
                  Long.parseUnsignedLong(whole(all, "training.iteration", null)),
                  Integer.parseInt(whole(all, "dl.rank", null)),
                  Integer.parseInt(whole(all, "dl.world_size", "0")),
                  index(all, "dl.pipeline_parallel.rank"),
                  index(all, "dl.expert_parallel.rank"),
                  first(all, "", "hw.id", "gpu.index"),
                  start,
                  row)));
    } catch (IllegalArgumentException e) {
      refused++;
    }
  }

  private static int index(Map<String, String> all, String key) {
    return all.containsKey(key) ? Integer.parseInt(whole(all, key, "")) : -1;
  }

  private static String whole(Map<String, String> all, String key, @Nullable String absent) {
    String value = all.getOrDefault(key, absent);
    if (value == null || Long.parseLong(value) < 0) {
      throw new IllegalArgumentException(key);
    }
    return Long.toString(Long.parseLong(value));
  }

  private static String first(Map<String, String> all, String absent, String... keys) {
    for (String key : keys) {
      String value = all.getOrDefault(key, "");
      if (!value.isEmpty()) {
        return value;
      }
    }
    return absent;
  }

  private static String text(Step step) {
    var values = new StringBuilder();
    for (Column column : Contract.columns(Table.RANK)) {
      values.append(column.name()).append('=').append(step.row().value(column)).append(' ');
    }
    Row row = step.row();
    return String.join(
        " ",
        step.job(),
        step.attempt(),
        step.iteration() + "",
        step.rank() + "",
        step.worldSize() + "",
        step.pipelineStage() + "",
        step.expertGroup() + "",
        step.gpu(),
        step.startNanos() + "",
        key(row.table(), row.host(), row.subject(), row.timeNanos()),
        values);
  }

  private static double unsigned(long bits) {
    return new BigInteger(Long.toUnsignedString(bits)).doubleValue();
  }

  private static Map<String, String> texts(List<KeyValue> attributes) {
    var texts = new TreeMap<String, String>();
    for (KeyValue one : attributes) {
      String value = text(one.getValue());
      if (value != null && !one.getKey().isEmpty()) {
        texts.put(one.getKey(), value);
      }
    }
    return texts;
  }

  private static @Nullable String text(AnyValue value) {
    Object plain = plain(value);
    return plain instanceof List || plain instanceof Map
        ? json(plain)
        : plain == null ? null : plain.toString();
  }

  private static @Nullable Object plain(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> value.getBoolValue();
      case INT_VALUE -> value.getIntValue();
      case DOUBLE_VALUE -> value.getDoubleValue();
      case BYTES_VALUE -> Base64.getEncoder().encodeToString(value.getBytesValue().toByteArray());
      case ARRAY_VALUE -> {
        var list = new ArrayList<@Nullable Object>();
        value.getArrayValue().getValuesList().forEach(one -> list.add(plain(one)));
        yield list;
      }
      case KVLIST_VALUE -> {
        var map = new LinkedHashMap<String, @Nullable Object>();
        value
            .getKvlistValue()
            .getValuesList()
            .forEach(o -> map.put(o.getKey(), plain(o.getValue())));
        yield map;
      }
      default -> null;
    };
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
