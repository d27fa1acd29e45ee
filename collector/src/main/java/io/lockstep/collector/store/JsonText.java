package io.lockstep.collector.store;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Map;
import java.util.TreeMap;

/// An event's attributes as one JSON object with sorted keys, so that equal attributes give equal
/// text.
final class JsonText {
  private JsonText() {}

  /// The JSON object; empty when there are no attributes.
  static String of(Map<String, String> attributes) {
    if (attributes.isEmpty()) {
      return "";
    }
    var out = new StringBuilder();
    new TreeMap<>(attributes)
        .forEach((name, value) -> {
          string(out.append(out.isEmpty() ? '{' : ','), name);
          string(out.append(':'), value);
        });
    return out.append('}').toString();
  }

  private static void string(StringBuilder out, String value) {
    out.append('"');
    JsonStringEncoder.getInstance().quoteAsString(value, out);
    out.append('"');
  }
}
