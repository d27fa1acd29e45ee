package io.lockstep.collector.receive;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The two ways in which OTLP/HTTP writes a request, and its answer.
enum Encoding {
  PROTOBUF("application/x-protobuf"),
  JSON("application/json");

  private final String contentType;

  Encoding(String contentType) {
    this.contentType = contentType;
  }

  String contentType() {
    return contentType;
  }

  /// The encoding of a `Content-Type`, whatever parameters follow; null when it is neither.
  static @Nullable Encoding of(@Nullable String header) {
    if (header == null) {
      return null;
    }
    String type = header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    for (Encoding one : values()) {
      if (one.contentType.equals(type)) {
        return one;
      }
    }
    return null;
  }
}
