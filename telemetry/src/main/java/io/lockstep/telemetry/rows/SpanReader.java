package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.AttributeMap;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;

/// Reads a Span of `opentelemetry/proto/trace/v1/trace.proto` (1.11). Only training steps are
/// taken.
final class SpanReader implements RecordReader {
  private static final String STEP = "training.step";
  private static final Column DURATION = Contract.column(Table.RANK, "step");
  private static final Column LOSS = Contract.column(Table.RANK, "loss");

  private static final double ROUNDING = 1e-6; // of times in seconds

  private final BatchRows rows;

  SpanReader(BatchRows rows) {
    this.rows = rows;
  }

  @Override
  public void read(ProtoCursor span, Origin origin) throws OtlpException {
    String name = "";
    long start = 0;
    long end = 0;
    var attributes = new AttributeMap();
    while (span.next()) {
      switch (span.field()) {
        case 5 -> name = span.text();
        case 7 -> start = span.number();
        case 8 -> end = span.number();
        case 9 -> attributes.add(span.message());
        default -> span.skip();
      }
    }
    String refusal = origin.refusal();
    if (refusal != null) {
      rows.refuse(() -> refusal);
      return;
    }
    if (!name.equals(STEP)) {
      String shown = Names.cut(name, 80);
      rows.refuse(() -> "span " + shown + ": only spans " + STEP + " are taken");
      return;
    }
    if (rows.takes(() -> "a span " + STEP, end)) {
      try {
        rows.add(step(new SpanAttributes(origin, attributes), start, end));
      } catch (IllegalArgumentException e) {
        rows.refuse(() -> "a span " + STEP + " " + e.getMessage());
      }
    }
  }

  /// @throws IllegalArgumentException when it can't be taken; the message ends a sentence
  private static Step step(SpanAttributes attributes, long start, long end) {
    if (start <= 0) {
      throw new IllegalArgumentException("has no start");
    }
    if (end < start) {
      throw new IllegalArgumentException("ends before it starts");
    }
    int rank = attributes.index("dl.rank", -1);
    if (rank < 0) {
      throw new IllegalArgumentException("has no dl.rank, on the span or its resource");
    }
    long iteration = attributes.whole("training.iteration", -1, Long.MAX_VALUE);
    if (iteration < 0) {
      throw new IllegalArgumentException("has no training.iteration");
    }
    var row = new Row(Table.RANK, attributes.origin().host(), "rank/" + rank, end);
    for (Column column : Contract.columns(Table.RANK)) {
      set(row, column, attributes);
    }
    row.set(DURATION, (end - start) / 1e9);
    return new Step(
        attributes.first("training.job.id", "slurm.job.id", "service.name", "unknown"),
        attributes.first("training.attempt", "process.creation.time", "0"),
        iteration,
        rank,
        attributes.index("dl.world_size", 0),
        attributes.index("dl.pipeline_parallel.rank", -1),
        attributes.index("dl.expert_parallel.rank", -1),
        attributes.first("hw.id", "gpu.index", ""),
        start,
        row);
  }

  /// Sets what was said; NaN, as of a loss that has blown up, is no value. But for the loss nothing
  /// here is ever negative: −1 for unknown would be taken for a time. A difference of times that
  /// rounding has put below zero is zero.
  private static void set(Row row, Column column, SpanAttributes attributes) {
    double value =
        column.index() == DURATION.index() ? Double.NaN : attributes.real(column.metric());
    if (!Double.isFinite(value)) {
      return;
    }
    if (value < 0 && value > -ROUNDING && column.index() != LOSS.index()) {
      value = 0;
    }
    if (!column.type().holds(value) || (value < 0 && column.index() != LOSS.index())) {
      throw new IllegalArgumentException("has " + column.metric() + "=" + value + ", out of range");
    }
    row.set(column, value);
  }
}
