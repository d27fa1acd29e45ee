package io.lockstep.collector.receive;

import com.github.luben.zstd.util.Native;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// How a body is compressed: `Content-Encoding`, and gRPC's `grpc-encoding`.
enum Coding {
  IDENTITY,
  GZIP,
  /// Where its library, which comes for the usual processors, can be loaded.
  ZSTD;

  private static final boolean HAS_ZSTD = loadZstd();

  /// All of them but the plain one, as `Accept-Encoding` lists them.
  static final String ACCEPTED =
      Arrays.stream(values())
          .filter(one -> one != IDENTITY && (one != ZSTD || HAS_ZSTD))
          .map(Coding::label)
          .collect(Collectors.joining(", "));

  private static boolean loadZstd() {
    try {
      Native.load();
      return true;
    } catch (LinkageError e) {
      LoggerFactory.getLogger(OtlpReceiver.class)
          .warn("zstd off reason=\"its library can't be loaded: {}\"", e.getMessage());
      return false;
    }
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The coding of a header; null when it is none that is taken. An absent header is the plain one.
  static @Nullable Coding of(@Nullable String header) {
    if (header == null) {
      return IDENTITY;
    }
    for (Coding one : values()) {
      if (one.label().equalsIgnoreCase(header)) {
        return one == ZSTD && !HAS_ZSTD ? null : one;
      }
    }
    return null;
  }
}
