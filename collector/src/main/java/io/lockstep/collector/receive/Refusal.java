package io.lockstep.collector.receive;

import java.time.Duration;
import java.util.Locale;

/// Why a request is not taken, and what its sender is told.
///
/// @param message names the thing and how to mend it
/// @param retryAfter when to try again; zero when trying again is of no use
record Refusal(Reason reason, String message, Duration retryAfter)
    implements Head, Identity, Body, Wire.Opened, HandOver.Handed {

  Refusal(Reason reason, String message) {
    this(reason, message, Duration.ZERO);
  }

  /// Reasons with their HTTP status and the code of `google.rpc.Status`
  /// (https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto).
  enum Reason {
    UNKNOWN_PATH(404, 5),
    WRONG_METHOD(405, 12, "Allow", "POST"),
    NO_TOKEN(401, 16, "WWW-Authenticate", "Bearer"),
    WRONG_TOKEN(401, 16, "WWW-Authenticate", "Bearer"),
    NOT_LOOPBACK(403, 7),
    BROWSER(403, 7),
    NOT_GRPC(415, 12),
    WRONG_CONTENT_TYPE(415, 3),
    WRONG_CONTENT_ENCODING(415, 3, "Accept-Encoding", Coding.ACCEPTED),
    BAD_BATCH_ID(400, 3),
    BODY_TOO_LARGE(413, 3),
    INFLATED_TOO_LARGE(413, 3),
    BAD_GZIP(400, 3),
    BAD_ZSTD(400, 3),
    MALFORMED(400, 3),
    TOO_SLOW(408, 4),
    SENDER_BUSY(429, 8),
    BUSY(429, 8),
    LATER(503, 14),
    FAILED(500, 13);

    private final int status;
    private final int rpcCode;
    private final String header;
    private final String headerValue;

    Reason(int status, int rpcCode) {
      this(status, rpcCode, "", "");
    }

    Reason(int status, int rpcCode, String header, String value) {
      this.status = status;
      this.rpcCode = rpcCode;
      this.header = header;
      this.headerValue = value;
    }

    int status() {
      return status;
    }

    int rpcCode() {
      return rpcCode;
    }

    /// The header that HTTP wants beside the status; empty for most.
    String header() {
      return header;
    }

    String headerValue() {
      return headerValue;
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
