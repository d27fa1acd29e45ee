package io.lockstep.telemetry.otlp;

/// Text as JSON writes it.
public final class JsonText {
  private JsonText() {}

  /// With its quotation marks.
  public static String quote(String text) {
    var out = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char one = text.charAt(i);
      switch (one) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (one < 0x20) {
            out.append("\\u%04x".formatted((int) one));
          } else {
            out.append(one);
          }
        }
      }
    }
    return out.append('"').toString();
  }
}
