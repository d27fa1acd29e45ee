package io.lockstep.telemetry.config;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as configuration and flags write them: `500ms`, `10s`, `5m`, `1h`, `2d`.
public final class Durations {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,18})([a-z]{1,2})");

  private record Unit(String name, Duration length) {}

  /// From the largest to the smallest.
  private static final List<Unit> UNITS =
      List.of(
          new Unit("d", Duration.ofDays(1)),
          new Unit("h", Duration.ofHours(1)),
          new Unit("m", Duration.ofMinutes(1)),
          new Unit("s", Duration.ofSeconds(1)),
          new Unit("ms", Duration.ofMillis(1)),
          new Unit("us", Duration.ofNanos(1_000)),
          new Unit("ns", Duration.ofNanos(1)));

  private Durations() {}

  /// Reads a whole number and its unit; at most 292 years, what nanoseconds in a long can hold.
  ///
  /// @throws IllegalArgumentException when it has another form
  public static Duration parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    try {
      if (matcher.matches()) {
        return Duration.ofNanos(
            Math.multiplyExact(Long.parseLong(matcher.group(1)), nanos(matcher.group(2))));
      }
    } catch (ArithmeticException _) {
      throw new IllegalArgumentException("a duration is at most 292 years, is \"" + text + "\"");
    }
    throw malformed(text);
  }

  private static long nanos(String name) {
    for (Unit unit : UNITS) {
      if (unit.name.equals(name)) {
        return unit.length.toNanos();
      }
    }
    throw malformed(name);
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "a duration is written as 500ms, 10s, 5m, 1h or 2d, is \"" + text + "\"");
  }

  /// The duration in the largest unit that loses nothing; the reverse of [#parse].
  public static String text(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    for (Unit unit : UNITS) {
      long count = duration.dividedBy(unit.length);
      if (unit.length.multipliedBy(count).equals(duration)) {
        return count + unit.name;
      }
    }
    throw new IllegalStateException(duration.toString());
  }
}
