package io.lockstep.telemetry.otlp;

import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Attributes as OTLP's KeyValue list has them, with values as text: numbers in decimal, lists and
/// maps as JSON, bytes in base64. Of a key that stands twice the last counts.
public final class AttributeMap {
  private static final int VALUES_MAX = 1_024;
  private final SortedMap<String, String> values = new TreeMap<>();

  /// Reads one KeyValue and adds it. A key without a value is no attribute.
  ///
  /// @throws OtlpException when it is none, or there are more than 1,024
  public void add(ProtoCursor keyValue) throws OtlpException {
    String key = "";
    String value = null;
    while (keyValue.next()) {
      switch (keyValue.field()) {
        case 1 -> key = keyValue.text();
        case 2 -> value = value(keyValue.message(), false);
        default -> keyValue.skip();
      }
    }
    if (value != null && !key.isEmpty()) {
      values.put(key, value);
    }
    if (values.size() > VALUES_MAX) {
      throw new OtlpException("more than " + VALUES_MAX + " attributes in one place");
    }
  }

  /// An AnyValue as text; null when it holds nothing.
  public static @Nullable String text(ProtoCursor anyValue) throws OtlpException {
    return value(anyValue, false);
  }

  private static @Nullable String value(ProtoCursor any, boolean quoted) throws OtlpException {
    String value = null;
    while (any.next()) {
      switch (any.field()) {
        case 1 -> value = quoted ? JsonText.quote(any.text()) : any.text();
        case 2 -> value = any.number() != 0 ? "true" : "false";
        case 3 -> value = Long.toString(any.number());
        case 4 -> value = real(any.real(), quoted);
        case 5 -> value = list(any.message());
        case 6 -> value = map(any.message());
        case 7 -> {
          String text = Base64.getEncoder().encodeToString(any.bytes());
          value = quoted ? JsonText.quote(text) : text;
        }
        default -> any.skip();
      }
    }
    return value;
  }

  private static String real(double value, boolean quoted) {
    String text = Double.toString(value);
    return quoted && !Double.isFinite(value) ? JsonText.quote(text) : text;
  }

  private static String list(ProtoCursor array) throws OtlpException {
    var text = new StringBuilder("[");
    while (array.next()) {
      if (array.field() == 1) {
        String value = value(array.message(), true);
        text.append(text.length() > 1 ? "," : "").append(value == null ? "null" : value);
      } else {
        array.skip();
      }
    }
    return text.append(']').toString();
  }

  private static String map(ProtoCursor list) throws OtlpException {
    Map<String, String> values = new LinkedHashMap<>();
    while (list.next()) {
      if (list.field() != 1) {
        list.skip();
        continue;
      }
      ProtoCursor pair = list.message();
      String key = "";
      String value = null;
      while (pair.next()) {
        switch (pair.field()) {
          case 1 -> key = pair.text();
          case 2 -> value = value(pair.message(), true);
          default -> pair.skip();
        }
      }
      values.put(key, value == null ? "null" : value);
    }
    var text = new StringBuilder("{");
    values.forEach((key, value) -> {
      text.append(text.length() > 1 ? "," : "");
      text.append(JsonText.quote(key)).append(':').append(value);
    });
    return text.append('}').toString();
  }

  /// The value of that key as text; null when it is absent.
  public @Nullable String get(String key) {
    return values.get(key);
  }

  /// A copy with one more.
  public AttributeMap with(String key, String value) {
    var more = new AttributeMap();
    more.values.putAll(values);
    more.values.put(key, value);
    return more;
  }

  /// All of them, by key.
  public SortedMap<String, String> asMap() {
    return Collections.unmodifiableSortedMap(values);
  }

  /// All of them as one JSON object of texts with sorted keys: their identity.
  public String toJson() {
    var text = new StringBuilder("{");
    values.forEach((key, value) -> {
      text.append(text.length() > 1 ? "," : "");
      text.append(JsonText.quote(key)).append(':').append(JsonText.quote(value));
    });
    return text.append('}').toString();
  }
}
