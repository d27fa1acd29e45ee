package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.AttributeMap;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;
import org.jspecify.annotations.Nullable;

/// Reads a Span of `opentelemetry/proto/trace/v1/trace.proto` (1.11). Only training steps are
/// taken.
final class SpanReader {
  private static final String STEP = "training.step";
  private static final Column DURATION = Contract.column(Table.RANK, "step");

  private SpanReader() {}

  static void read(ProtoCursor span, BatchRows rows, Origin origin, boolean allowed)
      throws OtlpException {
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
    String refusal = refusal(rows, origin, allowed, name, start, end);
    if (refusal != null) {
      rows.refuse(1, refusal);
      return;
    }
    try {
      rows.add(step(origin, attributes, start, end));
    } catch (IllegalArgumentException e) {
      rows.refuse(1, "a span " + STEP + " " + e.getMessage());
    }
  }

  private static @Nullable String refusal(
      BatchRows rows, Origin origin, boolean allowed, String name, long start, long end) {
    if (!allowed) {
      return origin.refusal();
    }
    if (!name.equals(STEP)) {
      return "span " + name + ": only spans " + STEP + " are taken";
    }
    String late = rows.refuse(end);
    if (late != null) {
      return "a span " + STEP + " " + late;
    }
    return start <= 0 || end < start ? "a span " + STEP + " ends before it starts" : null;
  }

  private static Step step(Origin origin, AttributeMap span, long start, long end) {
    int rank = (int) whole(origin, span, "dl.rank", -1, Integer.MAX_VALUE);
    if (rank < 0) {
      throw new IllegalArgumentException("has no dl.rank, on the span or its resource");
    }
    long iteration = whole(origin, span, "training.iteration", -1, Long.MAX_VALUE);
    if (iteration < 0) {
      throw new IllegalArgumentException("has no training.iteration");
    }
    var row = new Row(Table.RANK, origin.host(), "rank/" + rank, end);
    for (Column column : Contract.columns(Table.RANK)) {
      String value = span.get(column.metric());
      if (value != null) {
        row.set(column, real(column.metric(), value));
      }
    }
    row.set(DURATION, (end - start) / 1e9);
    return new Step(
        first(origin, span, "training.job.id", "slurm.job.id", "service.name", "unknown"),
        first(origin, span, "training.attempt", "process.creation.time", "0"),
        iteration,
        rank,
        (int) whole(origin, span, "dl.world_size", 0, Integer.MAX_VALUE),
        (int) whole(origin, span, "dl.pipeline_parallel.rank", -1, Integer.MAX_VALUE),
        (int) whole(origin, span, "dl.expert_parallel.rank", -1, Integer.MAX_VALUE),
        first(origin, span, "hw.id", "gpu.index", ""),
        start,
        row);
  }

  /// The value of the first of these keys that is present; the last one is what stands for absent.
  private static String first(Origin origin, AttributeMap span, String... keys) {
    for (int i = 0; i < keys.length - 1; i++) {
      String value = value(origin, span, keys[i]);
      if (value != null && !value.isEmpty()) {
        return value;
      }
    }
    return keys[keys.length - 1];
  }

  private static @Nullable String value(Origin origin, AttributeMap span, String key) {
    String value = span.get(key);
    return value != null ? value : origin.attributes().get(key);
  }

  private static long whole(
      Origin origin, AttributeMap span, String key, long absent, long maximum) {
    String value = value(origin, span, key);
    if (value == null) {
      return absent;
    }
    try {
      long number = Long.parseLong(value);
      if (number >= 0 && number <= maximum) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Said below, with the range.
    }
    throw new IllegalArgumentException("has " + key + "=" + cut(value) + ", not a whole number");
  }

  private static double real(String key, String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("has " + key + "=" + cut(value) + ", not a number");
    }
  }

  private static String cut(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}
