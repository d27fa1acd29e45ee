package io.lockstep.collector.notify;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// What a receiver answered, and what that means. The status alone decides.
///
/// @param status HTTP status
/// @param retryAfter the header of that name; null without
/// @param text the beginning of the body; empty when there was none
record HttpAnswer(int status, @Nullable String retryAfter, String text) {

  /// As docs/notify.md tells it.
  ///
  /// @param now for a `Retry-After` that is a date
  Outcome outcome(Instant now) {
    if (status >= 200 && status < 300) {
      return new Outcome.Delivered(Integer.toString(status));
    }
    if (status == 410) {
      return new Outcome.Gone(words());
    }
    if (status >= 400 && status < 500 && status != 408 && status != 425 && status != 429) {
      return new Outcome.Refused(words());
    }
    return new Outcome.TryLater(words(), wait(now));
  }

  private String words() {
    if (status >= 300 && status < 400) {
      return status + ": a redirect, which is not followed; set the url to where it leads";
    }
    return text.isEmpty() ? Integer.toString(status) : status + ": " + text;
  }

  /// Seconds or a date (RFC 9110, section 10.2.3); null when it is neither, or over.
  private @Nullable Duration wait(Instant now) {
    if (retryAfter == null) {
      return null;
    }
    String given = retryAfter.strip();
    Duration wait;
    try {
      if (given.chars().allMatch(Character::isDigit) && !given.isEmpty()) {
        // Nine digits are thirty years.
        wait = Duration.ofSeconds(given.length() > 9 ? 999_999_999 : Long.parseLong(given));
      } else {
        Instant date = ZonedDateTime.parse(given, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        wait = Duration.between(now, date);
      }
    } catch (DateTimeException | NumberFormatException _) {
      return null;
    }
    return wait.isPositive() ? wait : null;
  }
}
