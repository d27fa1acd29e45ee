package io.lockstep.telemetry.otlp;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.Objects;

/// One value that a sampler read: what it is and how much. The time is the round's.
///
/// @param metric what was read
/// @param attributes the data point's attributes: those that choose the column, and the subject's
/// @param integral whether `bits` holds a whole number
/// @param bits the whole number itself, else [Double#doubleToRawLongBits]
public record Sample(Metric metric, Attributes attributes, boolean integral, long bits) {

  /// A value of a contract column.
  ///
  /// @param subject value of the subject's attribute, without the store's prefix: a UUID,
  ///   `mlx5_0/1`, `sda`; empty for the host
  public static Sample of(Column column, String subject, double value) {
    boolean integral = column.type().integral();
    long bits = integral ? Math.round(value) : Double.doubleToRawLongBits(value);
    return new Sample(metricOf(column), attributesOf(column, subject), integral, bits);
  }

  /// A whole-number value of a contract column, exact to 64 bits.
  ///
  /// @param subject as in [#of(Column, String, double)]
  public static Sample of(Column column, String subject, long value) {
    if (!column.type().integral()) {
      return of(column, subject, (double) value);
    }
    return new Sample(metricOf(column), attributesOf(column, subject), true, value);
  }

  /// Whether it is a value of a contract column.
  public boolean isOf(Column column) {
    return metric.name().equals(column.metric())
        && column.attributes().entrySet().stream()
            .allMatch(
                one -> one.getValue().equals(attributes.get(AttributeKey.stringKey(one.getKey()))));
  }

  /// The value as a floating-point number.
  public double value() {
    return integral ? (double) bits : Double.longBitsToDouble(bits);
  }

  private static Metric metricOf(Column column) {
    return Objects.requireNonNull(Contract.metric(column.metric()));
  }

  private static Attributes attributesOf(Column column, String subject) {
    var attributes = Attributes.builder();
    column.attributes().forEach((name, value) -> attributes.put(Shared.key(name), value));
    String name = metricOf(column).subject().attribute();
    if (!name.isEmpty()) {
      attributes.put(Shared.key(name), subject);
    }
    return Shared.of(attributes.build());
  }
}
