package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;
import java.nio.charset.StandardCharsets;

/// An HTTP response.
///
/// @param status HTTP status
/// @param retrySeconds `Retry-After`; 0 when absent or a date
/// @param body its body; empty when it has none
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Reply(int status, long retrySeconds, byte[] body) {
  private static final int TEXT_MAX = 200;

  /// Points, records or spans refused out of a request that was taken: OTLP's partial success,
  /// `ExportXServiceResponse { partial_success = 1 { rejected = 1 } }`. 0 when the body is
  /// something else.
  long rejected() {
    long rejected = 0;
    try {
      var response = new ProtoCursor(body);
      while (response.next()) {
        if (response.field() == 1 && response.isCounted()) {
          rejected += rejected(response.message());
        } else {
          response.skip();
        }
      }
    } catch (OtlpException _) {
      return 0;
    }
    return rejected;
  }

  private static long rejected(ProtoCursor partial) throws OtlpException {
    long rejected = 0;
    while (partial.next()) {
      if (partial.field() == 1 && !partial.isCounted()) {
        rejected = partial.number();
      } else {
        partial.skip();
      }
    }
    return rejected;
  }

  /// What an error says, in one line.
  String reason() {
    int length = Math.min(body.length, TEXT_MAX);
    String text = new String(body, 0, length, StandardCharsets.UTF_8);
    return ("HTTP " + status + " " + text.replaceAll("[^\\x20-\\x7e]+", " ")).strip();
  }
}
