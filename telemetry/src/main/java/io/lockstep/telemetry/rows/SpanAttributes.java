package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.AttributeMap;
import org.jspecify.annotations.Nullable;

/// The attributes of a training step: the span's own, else its resource's.
///
/// Values that can't be read throw [IllegalArgumentException] with the end of a sentence.
record SpanAttributes(Origin origin, AttributeMap span) {

  /// The value of the first of these keys that is present; the last one is what stands for absent.
  String first(String... keys) {
    for (int i = 0; i < keys.length - 1; i++) {
      String value = value(keys[i]);
      if (value != null && !value.isEmpty()) {
        if (value.length() > Names.MAX) {
          throw new IllegalArgumentException("has the " + Names.tooLong(keys[i], value));
        }
        return value;
      }
    }
    return keys[keys.length - 1];
  }

  /// A number of ranks, or a place among them.
  int index(String key, int absent) {
    return (int) whole(key, absent, Integer.MAX_VALUE);
  }

  /// A whole number from 0 to `maximum`.
  long whole(String key, long absent, long maximum) {
    String value = value(key);
    if (value == null) {
      return absent;
    }
    try {
      long number = Long.parseLong(value);
      if (number >= 0 && number <= maximum) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Said below, with the range.
    }
    throw new IllegalArgumentException(
        "has " + key + "=" + Names.cut(value, 40) + ", not a whole number from 0 to " + maximum);
  }

  /// A number of the span itself; NaN when it is absent.
  double real(String key) {
    String value = span.get(key);
    if (value == null) {
      return Double.NaN;
    }
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException(
          "has " + key + "=" + Names.cut(value, 40) + ", not a number");
    }
  }

  private @Nullable String value(String key) {
    String value = span.get(key);
    return value != null ? value : origin.attributes().get(key);
  }
}
