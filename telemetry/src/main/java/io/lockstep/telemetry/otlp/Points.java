package io.lockstep.telemetry.otlp;

import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Metric.Kind;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.List;

/// One metric of a round as the SDK's exporter takes it.
record Points(Resource resource, Metric metric, MetricDataType type, Data<?> data)
    implements MetricData {

  static Points of(
      Resource resource, Metric metric, List<Sample> samples, long timeNanos, long startNanos) {
    boolean integral = samples.stream().allMatch(Sample::integral);
    boolean gauge = metric.kind() == Kind.GAUGE;
    long start = gauge || metric.columns().isEmpty() ? 0 : startNanos;
    if (integral) {
      var points = new ArrayList<LongPointData>(samples.size());
      samples.forEach(
          s -> points.add(LongPointData.create(start, timeNanos, s.attributes(), s.bits())));
      return gauge
          ? new Points(
              resource, metric, MetricDataType.LONG_GAUGE, GaugeData.createLongGaugeData(points))
          : new Points(
              resource,
              metric,
              MetricDataType.LONG_SUM,
              SumData.createLongSumData(
                  metric.kind() == Kind.COUNTER, AggregationTemporality.CUMULATIVE, points));
    }
    var points = new ArrayList<DoublePointData>(samples.size());
    samples.forEach(s ->
        points.add(DoublePointData.create(start, timeNanos, s.attributes(), s.value(), List.of())));
    return gauge
        ? new Points(
            resource, metric, MetricDataType.DOUBLE_GAUGE, GaugeData.createDoubleGaugeData(points))
        : new Points(
            resource,
            metric,
            MetricDataType.DOUBLE_SUM,
            SumData.createDoubleSumData(
                metric.kind() == Kind.COUNTER, AggregationTemporality.CUMULATIVE, points));
  }

  @Override
  public Resource getResource() {
    return resource;
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return OtlpWriter.SCOPE;
  }

  @Override
  public String getName() {
    return metric.name();
  }

  /// Left out on the wire: the contract has it, and it would be sent each second.
  @Override
  public String getDescription() {
    return "";
  }

  @Override
  public String getUnit() {
    return metric.unit();
  }

  @Override
  public MetricDataType getType() {
    return type;
  }

  @Override
  public Data<?> getData() {
    return data;
  }
}
