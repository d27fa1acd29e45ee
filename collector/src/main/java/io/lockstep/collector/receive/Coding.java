package io.lockstep.collector.receive;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How a body is compressed: `Content-Encoding`, and gRPC's `grpc-encoding`.
enum Coding {
  IDENTITY,
  GZIP;

  /// All of them but the plain one, as `Accept-Encoding` lists them.
  static final String ACCEPTED =
      Arrays.stream(values())
          .filter(one -> one != IDENTITY)
          .map(Coding::label)
          .collect(Collectors.joining(", "));

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The coding of a header; null when it is none of these. An absent header is the plain one.
  static @Nullable Coding of(@Nullable String header) {
    if (header == null) {
      return IDENTITY;
    }
    for (Coding one : values()) {
      if (one.label().equalsIgnoreCase(header)) {
        return one;
      }
    }
    return null;
  }
}
