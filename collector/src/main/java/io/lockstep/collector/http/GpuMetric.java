package io.lockstep.collector.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A metric that cells can be coloured by, as whole numbers of a unit that people read.
enum GpuMetric {
  /// Degrees Celsius.
  TEMPERATURE(1),
  /// Per cent.
  UTILIZATION(100),
  /// Megahertz.
  CLOCK(1e-6),
  /// Watts.
  POWER(1);

  private final double factor;

  GpuMetric(double factor) {
    this.factor = factor;
  }

  /// The GPU's value, rounded; [Changes#ABSENT] when it is not known.
  int of(GpuView gpu) {
    Double known =
        switch (this) {
          case TEMPERATURE -> gpu.temperatureCelsius();
          case UTILIZATION -> gpu.utilization();
          case CLOCK -> gpu.clockHertz();
          case POWER -> gpu.powerWatts();
        };
    return known == null || !Double.isFinite(known)
        ? Changes.ABSENT
        : (int) Math.round(known * factor);
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The metric of that label; null when there is none.
  static @Nullable GpuMetric labelled(String label) {
    for (GpuMetric metric : values()) {
      if (metric.label().equals(label)) {
        return metric;
      }
    }
    return null;
  }
}
