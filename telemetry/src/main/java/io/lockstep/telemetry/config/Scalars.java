package io.lockstep.telemetry.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// The types that a configuration's values may have. All are read from their text, whether it
/// stands in a file or in an environment variable, so that both mean the same. Comparisons in the
/// place of a table of functions: each function would be a class that stays.
final class Scalars {
  private Scalars() {}

  private static Object value(String text, Class<?> type) {
    if (type == String.class) {
      return text;
    }
    if (type == int.class || type == Integer.class) {
      return Integer.valueOf(text);
    }
    if (type == long.class || type == Long.class) {
      return Long.valueOf(text);
    }
    if (type == double.class || type == Double.class) {
      return finite(text);
    }
    if (type == boolean.class || type == Boolean.class) {
      return truth(text);
    }
    if (type == Path.class) {
      return path(text);
    }
    if (type == URI.class) {
      return URI.create(text);
    }
    if (type == Duration.class) {
      return Durations.parse(text);
    }
    if (type == ByteSize.class) {
      return ByteSize.parse(text);
    }
    throw unknown(type);
  }

  private static String words(Class<?> type) {
    if (type == String.class) {
      return "text";
    }
    if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
      return "a whole number";
    }
    if (type == double.class || type == Double.class) {
      return "a number";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type == Path.class) {
      return "a path";
    }
    if (type == URI.class) {
      return "a URL";
    }
    if (type == Duration.class) {
      return "a duration such as 500ms, 10s, 5m, 1h or 2d";
    }
    if (type == ByteSize.class) {
      return "a size such as 512B, 64KiB, 64MiB or 1GiB";
    }
    throw unknown(type);
  }

  private static IllegalStateException unknown(Class<?> type) {
    return new IllegalStateException("no configuration value can be a " + type);
  }

  private static Double finite(String text) {
    double value = Double.parseDouble(text);
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(text);
    }
    return value;
  }

  private static Boolean truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  /// What may stand where a value of the type is wanted, in words.
  static String allowed(Class<?> type) {
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(one -> label((Enum<?>) one))
          .collect(Collectors.joining(", ", "one of ", ""));
    }
    return words(type);
  }

  private static String label(Enum<?> one) {
    return one.name().toLowerCase(Locale.ROOT);
  }

  /// A value of the type from its text.
  ///
  /// @throws IllegalArgumentException when it is none
  static Object parse(String text, Class<?> type) {
    return type.isEnum() ? constant(text, type) : value(text, type);
  }

  private static Object constant(String text, Class<?> type) {
    for (Object one : type.getEnumConstants()) {
      if (((Enum<?>) one).name().equalsIgnoreCase(text)) {
        return one;
      }
    }
    throw new IllegalArgumentException(text);
  }

  /// A value's text, that reads as the same.
  static String print(Object value) {
    return switch (value) {
      case Duration time -> Durations.text(time);
      case Enum<?> one -> label(one);
      default -> value.toString();
    };
  }

  /// An empty path would mean the folder that the program happens to be started in.
  private static Path path(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("is empty");
    }
    return Path.of(text);
  }
}
