package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.Attributes;

/// A contract column of one subject, made once, so that each round's value costs one object.
///
/// @param integral whether the column keeps whole numbers
public record Series(Metric metric, Attributes attributes, boolean integral) {

  /// Makes it.
  ///
  /// @param subject without the store's prefix, as in [Sample#of(Column, String, long)]
  public static Series of(Column column, String subject) {
    Sample model = Sample.of(column, subject, 0L);
    return new Series(model.metric(), model.attributes(), model.integral());
  }

  /// A whole number, exact where the column keeps whole numbers.
  public Sample at(long value) {
    return integral ? new Sample(metric, attributes, true, value) : at((double) value);
  }

  /// A number, rounded where the column keeps whole numbers.
  public Sample at(double value) {
    return integral
        ? at(Math.round(value))
        : new Sample(metric, attributes, false, Double.doubleToRawLongBits(value));
  }
}
