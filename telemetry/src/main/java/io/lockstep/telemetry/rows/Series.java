package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;
import io.lockstep.telemetry.otlp.Slice;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Which column and subject a point of a known metric belongs to, from its attributes as they come.
/// One is used for one point after another.
final class Series {
  /// The highest field of AnyValue that is a value of another type.
  private static final int ANY_VALUE_LAST = 7;

  private final ProtoCursor attribute;
  private final ProtoCursor anyValue;
  private final Slice key;
  private final Slice value;
  private final Slice subject;
  private Slice[] values = {};
  private @Nullable KnownMetric metric;
  private boolean foreign;

  Series(ProtoCursor request) {
    attribute = request.copy();
    anyValue = request.copy();
    key = request.newSlice();
    value = request.newSlice();
    subject = request.newSlice();
  }

  /// Begins a point.
  void begin(@Nullable KnownMetric known) {
    metric = known;
    foreign = false;
    subject.clear();
    if (known != null) {
      while (values.length < known.keys()) {
        values = Arrays.copyOf(values, values.length + 1);
        values[values.length - 1] = key.another();
      }
      for (int i = 0; i < known.keys(); i++) {
        values[i].clear();
      }
    }
  }

  /// Takes the point's next attribute, a KeyValue. Whatever the contract does not have there makes
  /// it another series: the contract's attributes are texts and not empty.
  void add(ProtoCursor point) throws OtlpException {
    if (metric == null || foreign) {
      point.skip();
      return;
    }
    if (!readText(point)) {
      foreign = true;
      return;
    }
    int index = metric.keyOf(key);
    if (index >= 0) {
      values[index].set(value);
    } else if (metric.isSubject(key)) {
      subject.set(value);
    } else if (!KnownMetric.isDescriptive(key)) {
      foreign = true;
    }
  }

  /// Reads the attribute into `key` and `value`.
  ///
  /// @return whether it has one key and one text, neither empty
  private boolean readText(ProtoCursor point) throws OtlpException {
    point.message(attribute);
    key.clear();
    value.clear();
    int texts = 0;
    boolean other = false;
    while (attribute.next()) {
      switch (attribute.field()) {
        case 1 -> attribute.slice(key);
        case 2 -> {
          attribute.message(anyValue);
          while (anyValue.next()) {
            if (anyValue.field() == 1) {
              anyValue.slice(value);
              texts++;
            } else {
              other |= anyValue.field() <= ANY_VALUE_LAST;
              anyValue.skip();
            }
          }
        }
        default -> attribute.skip();
      }
    }
    return texts == 1 && !other && key.length() > 0 && value.length() > 0;
  }

  /// The column; null when the point belongs to none.
  @Nullable Column column() {
    if (metric == null || foreign || (metric.hasSubject() && subject.length() == 0)) {
      return null;
    }
    return subject.length() > Names.MAX ? null : metric.column(values);
  }

  /// What names the subject; empty for metrics of the host itself.
  Slice subject() {
    return subject;
  }
}
