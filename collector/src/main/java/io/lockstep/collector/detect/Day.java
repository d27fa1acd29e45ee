package io.lockstep.collector.detect;

import io.lockstep.collector.window.Past;
import io.lockstep.collector.window.Span;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Column;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a subject's last day was like, beside what it is now: whether a GPU was always that warm, a
/// port always had errors. It is told with a finding, and no verdict rests on it: idle hours are in
/// it as well.
///
/// @param hours of which there are values
/// @param mean of all values; of a counter NaN
/// @param most the highest; of a counter NaN
/// @param increase of a counter by how much it grew; of a gauge NaN
record Day(double hours, double mean, double most, double increase) {
  /// Less than this says nothing of a day.
  private static final double LEAST_HOURS = 1;

  private static final double HOUR_SECONDS = 3600;

  /// Null when too little of the day is known.
  static @Nullable Day of(Window window, Column column, int subject) {
    List<Span> spans = subject < 0 ? List.of() : window.past(column, subject);
    long seconds = 0;
    double sum = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (Span span : spans) {
      seconds += span.seconds();
      sum += span.increase();
      most = Math.max(most, span.most());
    }
    double hours = spans.size() * (double) Past.SPAN_SECONDS / HOUR_SECONDS;
    if (hours < LEAST_HOURS) {
      return null;
    }
    return window.counts(column)
        ? new Day(hours, Double.NaN, Double.NaN, sum)
        : new Day(hours, sum / seconds, most, Double.NaN);
  }

  /// Puts it beside the numbers of a finding, under the name of what is now.
  ///
  /// @param scale what values are multiplied with, to be in the name's unit
  static void addTo(
      Map<String, Double> evidence,
      String name,
      Window window,
      Column column,
      int subject,
      double scale) {
    Day day = of(window, column, subject);
    if (day == null) {
      return;
    }
    if (Double.isNaN(day.increase)) {
      evidence.put("day_mean_" + name, day.mean * scale);
      evidence.put("day_most_" + name, day.most * scale);
    } else {
      evidence.put("day_" + name, day.increase * scale);
    }
    evidence.put("day_hours", day.hours);
  }
}
