package io.lockstep.agent.sample.kernel;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/// When a line of a log file was written, as far as it says so itself; never later than it is found
/// there. A line that may be of this moment counts as of this moment: an XID that is told as one of
/// hours ago would be over before anybody hears of it.
final class LineTime {
  /// Clocks that show local time are so far apart at most, where one of them shows UTC; and always
  /// by whole quarters of an hour ([tz](https://data.iana.org/time-zones/theory.html): from −12 to
  /// +14 hours).
  private static final Duration ZONES = Duration.ofHours(14);

  private static final long QUARTER_SECONDS = Duration.ofMinutes(15).toSeconds();

  /// What a log writer takes to write a line, at most.
  private static final long DELAY_SECONDS = 60;

  /// A file system's clock is the kernel's of its last tick.
  private static final Duration TICK = Duration.ofSeconds(1);

  private LineTime() {}

  /// Of a line that has just come.
  ///
  /// @param now when it was read
  static Instant ofNew(String line, Instant now) {
    LineDate date = LineDate.of(line, now, ZoneId.systemDefault());
    return date == null || (mayBeAnotherZones(date, now) && looksNew(date, now))
        ? now
        : earlier(date.time(), now);
  }

  /// Of one that came while nobody read: nobody knows when.
  ///
  /// @param changed when the file was last written
  static Instant ofMissed(String line, Instant changed) {
    LineDate date = LineDate.of(line, changed, ZoneId.systemDefault());
    return date == null || mayBeAnotherZones(date, changed)
        ? changed
        : earlier(date.time(), changed);
  }

  /// Of one that stood in a file that is met for the first time, and may be of any time and boot.
  ///
  /// @param changed when the file was last written
  /// @param boot when this server was started, where the file was made after that; else null
  /// @return null where nobody knows
  static @Nullable Instant ofHistory(String line, Instant changed, @Nullable Instant boot) {
    LineDate date = LineDate.of(line, changed, ZoneId.systemDefault());
    if (date != null) {
      return earlier(date.time(), changed);
    }
    long micros = boot == null ? -1 : BootStamp.micros(line);
    if (boot == null || micros < 0) {
      return null;
    }
    Instant stamped = boot.plusNanos(micros * 1000);
    return stamped.isAfter(changed.plus(TICK)) ? null : earlier(stamped, changed);
  }

  private static boolean mayBeAnotherZones(LineDate date, Instant found) {
    return !date.zoned() && Duration.between(date.time(), found).compareTo(ZONES) <= 0;
  }

  private static boolean looksNew(LineDate date, Instant now) {
    long age = Duration.between(date.time(), now).toSeconds();
    return Math.floorMod(age, QUARTER_SECONDS) <= DELAY_SECONDS;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
