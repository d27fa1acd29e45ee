package io.lockstep.simulator;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.Attributes;

/// Makes samples of one column and subject without building their attributes anew each second.
record Series(Metric metric, Attributes attributes, boolean integral) {
  /// @param subject as in [Sample#of(Column, String, double)]
  static Series of(Table table, String column, String subject) {
    Sample first = Sample.of(Contract.column(table, column), subject, 0L);
    return new Series(first.metric(), first.attributes(), first.integral());
  }

  Sample at(double value) {
    long bits = integral ? Math.round(value) : Double.doubleToRawLongBits(value);
    return new Sample(metric, attributes, integral, bits);
  }

  Sample at(long value) {
    return integral ? new Sample(metric, attributes, true, value) : at((double) value);
  }
}
