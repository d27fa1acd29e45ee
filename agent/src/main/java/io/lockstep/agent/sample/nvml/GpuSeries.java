package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.Series;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The contract's columns of one GPU and its NVLinks, each made once, and the samples of a round.
final class GpuSeries {
  private static final int LINKS_MAX = 36; // NVML_NVLINK_MAX_LINKS
  private final Map<String, Series> fast = new HashMap<>();
  private final Map<String, Series> slow = new HashMap<>();
  private final Map<String, Series[]> links = new HashMap<>();
  private final String uuid;
  private List<Sample> samples = new ArrayList<>();

  GpuSeries(String uuid) {
    this.uuid = uuid;
  }

  /// A new round begins.
  void begin() {
    samples = new ArrayList<>(48);
  }

  List<Sample> samples() {
    return samples;
  }

  void add(String column, long value) {
    put(fast(column), value, 1);
  }

  void add(String column, double value) {
    put(fast(column), value, 1);
  }

  /// Adds a value of the table `gpu`; nothing when there is none.
  void add(String column, @Nullable Number value, double unit) {
    if (value != null) {
      put(fast(column), value, unit);
    }
  }

  /// Adds a value of the table `gpu_slow`; nothing when there is none.
  void addSlow(String column, @Nullable Number value, double unit) {
    if (value != null) {
      Series series =
          slow.computeIfAbsent(
              column, name -> Series.of(Contract.column(Table.GPU_SLOW, name), uuid));
      put(series, value, unit);
    }
  }

  /// Adds a value of one of its NVLinks, to the table `part`; nothing when there is none.
  ///
  /// @param link its number, below 36
  void addLink(String column, int link, @Nullable Number value, double unit) {
    if (value != null) {
      Series[] all = links.computeIfAbsent(column, _ -> new Series[LINKS_MAX]);
      Series series = all[link];
      if (series == null) {
        series = Series.of(Contract.column(Table.PART, column), uuid + "/" + link);
        all[link] = series;
      }
      put(series, value, unit);
    }
  }

  private Series fast(String column) {
    return fast.computeIfAbsent(column, name -> Series.of(Contract.column(Table.GPU, name), uuid));
  }

  /// Whole numbers stay whole, to 64 bits. A count below zero is what NVML says for one that is not
  /// available (`NVML_VALUE_NOT_AVAILABLE`), and no value; nor is a number that is none. A
  /// thousandth is no double, a thousand is: divided by it the value is the nearest one there is.
  private static double scaled(double value, double unit) {
    return unit < 1 ? value / Math.rint(1 / unit) : value * unit;
  }

  private void put(Series series, Number value, double unit) {
    if ((series.integral() && value.doubleValue() < 0) || !Double.isFinite(value.doubleValue())) {
      return;
    }
    if (series.integral() && unit == Math.rint(unit) && !(value instanceof Double)) {
      samples.add(series.at(value.longValue() * (long) unit));
    } else {
      samples.add(series.at(scaled(value.doubleValue(), unit)));
    }
  }
}
