package io.lockstep.agent.sample.kernel;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The date that a log writer put before a line: RFC 5424 and the journal's
/// `2026-03-01T10:00:00.5+01:00`, RFC 3164's `Mar 1 10:00:00`, `dmesg -T`'s `[Sun Mar 1 10:00:00
/// 2026]`.
///
/// @param time when the line was written; where it names no zone, by this server's
/// @param zoned whether it names its zone
record LineDate(Instant time, boolean zoned) {
  private static final Pattern ISO =
      Pattern.compile(
          "^(?:<[0-9]{1,3}>(?:1 )?)?([0-9]{4}-[0-9]{2}-[0-9]{2})[T"
              + " ]([0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?)(Z|[+-][0-9]{2}:?[0-9]{2})?");
  private static final Pattern BSD =
      Pattern.compile(
          "^(?:<[0-9]{1,3}>)?([A-Z][a-z]{2} {1,2}[0-9]{1,2} [0-9]{2}:[0-9]{2}:[0-9]{2})");
  private static final Pattern DMESG =
      Pattern.compile(
          "^(?:[a-z]+ *:[a-z]+ *: )?\\[[A-Z][a-z]{2} ([A-Z][a-z]{2} {1,2}[0-9]{1,2}"
              + " [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4})]");
  private static final DateTimeFormatter WITH_YEAR =
      DateTimeFormatter.ofPattern("MMM d HH:mm:ss uuuu", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  /// When a line was written.
  ///
  /// @param now no line is of a later year's day than this
  /// @param here zone of dates that name none
  /// @return null where the line does not say
  static @Nullable LineDate of(String line, Instant now, ZoneId here) {
    try {
      Matcher iso = ISO.matcher(line);
      if (iso.find()) {
        var local = LocalDateTime.parse(iso.group(1) + "T" + iso.group(2).replace(',', '.'));
        return iso.group(3) == null
            ? local(local, now, here)
            : new LineDate(local.toInstant(ZoneOffset.of(iso.group(3))), true);
      }
      Matcher dmesg = DMESG.matcher(line);
      if (dmesg.find()) {
        return local(LocalDateTime.parse(single(dmesg.group(1)), WITH_YEAR), now, here);
      }
      Matcher bsd = BSD.matcher(line);
      return bsd.find() ? ofThisYear(single(bsd.group(1)), now, here) : null;
    } catch (DateTimeException _) {
      return null;
    }
  }

  /// Its year is the last one in which it is no day of the future.
  private static LineDate ofThisYear(String text, Instant now, ZoneId here) {
    LocalDateTime tomorrow = LocalDateTime.ofInstant(now.plusSeconds(86_400), here);
    LocalDateTime inThis = inYear(text, tomorrow.getYear());
    return local(
        inThis.isAfter(tomorrow) ? inYear(text, tomorrow.getYear() - 1) : inThis, now, here);
  }

  /// In the hour that clocks show twice in autumn it is the later time, unless that is to come.
  private static LineDate local(LocalDateTime date, Instant now, ZoneId here) {
    Instant later = date.atZone(here).withLaterOffsetAtOverlap().toInstant();
    Instant earlier = date.atZone(here).withEarlierOffsetAtOverlap().toInstant();
    return new LineDate(later.isAfter(now.plusSeconds(60)) ? earlier : later, false);
  }

  private static LocalDateTime inYear(String text, int year) {
    DateTimeFormatter format =
        new DateTimeFormatterBuilder()
            .appendPattern("MMM d HH:mm:ss")
            .parseDefaulting(ChronoField.YEAR, year)
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);
    return LocalDateTime.parse(text, format);
  }

  private static String single(String text) {
    return text.replace("  ", " ");
  }
}
