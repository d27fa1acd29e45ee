package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.otlp.AttributeMap;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;
import io.lockstep.telemetry.otlp.Slice;
import org.jspecify.annotations.Nullable;

/// Reads a Metric of `opentelemetry/proto/metrics/v1/metrics.proto` (1.11). A number that belongs
/// to a column of the contract goes into its row without a text being made; any other becomes a
/// [Point].
final class MetricReader implements RecordReader {
  private static final int GAUGE = 5;
  private static final int SUM = 7;
  private static final int HISTOGRAM = 9;
  private static final int EXPONENTIAL_HISTOGRAM = 10;
  private static final int SUMMARY = 11;
  private static final int DELTA = 1;
  private static final int AS_DOUBLE = 4;
  private static final int AS_INT = 6;

  /// The longest unit of an instrument by OpenTelemetry's metrics API, characters.
  private static final int UNIT_MAX = 63;

  /// Of DataPointFlags.
  static final int NO_RECORDED_VALUE = 1;

  private final BatchRows rows;
  private final SubjectRows subjectRows;
  private final DistributionReader distributions;
  private final Series series;
  private final ProtoCursor data;
  private final ProtoCursor point;
  private final ProtoCursor again;
  private final Slice slice;

  MetricReader(BatchRows rows, ProtoCursor request) {
    this.rows = rows;
    this.subjectRows = new SubjectRows(rows);
    this.distributions = new DistributionReader(rows);
    this.series = new Series(request);
    this.data = request.copy();
    this.point = request.copy();
    this.again = request.copy();
    this.slice = request.newSlice();
  }

  @Override
  public void read(ProtoCursor message, Origin origin) throws OtlpException {
    KnownMetric known = null;
    String name = "";
    String unit = "";
    ProtoCursor first = message.copy();
    while (first.next()) {
      switch (first.field()) {
        case 1 -> {
          first.slice(slice);
          known = KnownMetric.find(slice);
          name = known == null ? slice.text() : known.metric().name();
        }
        case 3 -> {
          first.slice(slice);
          unit = slice.text();
        }
        default -> first.skip();
      }
    }
    if (known != null && !known.metric().measuredIn(unit)) {
      known = null;
    }
    var header = new MetricHeader(name, unit, origin, refusal(origin, name, unit));
    while (message.next()) {
      switch (message.field()) {
        case GAUGE, SUM, HISTOGRAM, EXPONENTIAL_HISTOGRAM, SUMMARY ->
            points(message, header, known);
        default -> message.skip();
      }
    }
  }

  private static @Nullable String refusal(Origin origin, String name, String unit) {
    if (origin.refusal() != null) {
      return origin.refusal();
    }
    if (name.isEmpty()) {
      return "a metric has no name";
    }
    if (name.length() > Names.MAX) {
      return Names.tooLong("the metric's name", name);
    }
    return unit.length() > UNIT_MAX
        ? "metric " + name + " has a unit of more than " + UNIT_MAX + " characters"
        : null;
  }

  /// The points are field 1 of each kind; the temporality, of those that have one, is field 2.
  private void points(ProtoCursor metric, MetricHeader header, @Nullable KnownMetric known)
      throws OtlpException {
    int kind = metric.field();
    metric.message(data);
    KnownMetric columns = kind == GAUGE || (kind == SUM && !delta(data.copy())) ? known : null;
    while (data.next()) {
      if (data.field() != 1) {
        data.skip();
        continue;
      }
      data.message(point);
      String refusal = header.refusal();
      if (refusal != null) {
        rows.refuse(() -> refusal);
        continue;
      }
      switch (kind) {
        case HISTOGRAM -> distributions.histogram(point, header);
        case EXPONENTIAL_HISTOGRAM -> distributions.exponential(point, header);
        case SUMMARY -> distributions.summary(point, header);
        default -> number(header, columns);
      }
    }
  }

  private static boolean delta(ProtoCursor sum) throws OtlpException {
    boolean delta = false;
    while (sum.next()) {
      if (sum.field() == 2) {
        delta = sum.number() == DELTA;
      } else {
        sum.skip();
      }
    }
    return delta;
  }

  private void number(MetricHeader header, @Nullable KnownMetric known) throws OtlpException {
    point.copy(again);
    long time = 0;
    long flags = 0;
    long bits = 0;
    int value = 0;
    series.begin(known);
    while (point.next()) {
      switch (point.field()) {
        case 3 -> time = point.number();
        case AS_DOUBLE -> {
          bits = Double.doubleToRawLongBits(point.real());
          value = AS_DOUBLE;
        }
        case AS_INT -> {
          bits = point.number();
          value = AS_INT;
        }
        case 7 -> series.add(point);
        case 8 -> flags = point.number();
        default -> point.skip();
      }
    }
    if (!rows.takes(header, time) || value == 0 || (flags & NO_RECORDED_VALUE) != 0) {
      return;
    }
    boolean kept =
        value == AS_INT
            ? whole(header, known, time, bits)
            : real(header, known, time, Double.longBitsToDouble(bits));
    if (!kept || rows.anonymous()) {
      double number = value == AS_INT ? (double) bits : Double.longBitsToDouble(bits);
      AttributeMap attributes = attributes();
      boolean added = rows.add(header, "", attributes.toJson(), time, number);
      if (added && known != null && !rows.anonymous() && header.name().equals(GpuJob.METRIC)) {
        rows.add(GpuJob.of(header.origin().host(), attributes.asMap(), time, number));
      }
    }
  }

  /// Puts the number into its column.
  ///
  /// @return false when there is none that can hold it
  private boolean whole(MetricHeader header, @Nullable KnownMetric known, long time, long value) {
    Column column = known == null ? null : series.column();
    if (known == null || column == null || !column.type().holds(value)) {
      return false;
    }
    Row row = row(header, known, column, time);
    if (row != null) {
      row.set(column, value);
    }
    return true;
  }

  private boolean real(MetricHeader header, @Nullable KnownMetric known, long time, double value) {
    Column column = known == null ? null : series.column();
    if (known == null || column == null || !column.type().holds(value)) {
      return false;
    }
    Row row = row(header, known, column, time);
    if (row != null) {
      row.set(column, value);
    }
    return true;
  }

  private @Nullable Row row(MetricHeader header, KnownMetric known, Column column, long time) {
    return subjectRows.row(
        column.table(), header.origin().host(), known.metric().subject(), series.subject(), time);
  }

  private AttributeMap attributes() throws OtlpException {
    var attributes = new AttributeMap();
    while (again.next()) {
      if (again.field() == 7) {
        attributes.add(again.message());
      } else {
        again.skip();
      }
    }
    return attributes;
  }
}
