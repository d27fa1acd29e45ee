package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.OtlpAnswer;

/// An HTTP response.
///
/// @param status HTTP status
/// @param type content type; empty when absent
/// @param retrySeconds `Retry-After`; 0 when absent or a date
/// @param body its body; empty when it has none
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Reply(int status, String type, long retrySeconds, byte[] body) {

  /// Points, records or spans refused out of a request that was taken: OTLP's partial success. 0
  /// when the body is something else.
  long rejected() {
    OtlpAnswer.Taken taken = OtlpAnswer.taken(body);
    return taken == null ? 0 : taken.rejected();
  }

  /// What an error says, in one line.
  String reason() {
    return ("HTTP " + status + " " + OtlpAnswer.error(type, body)).strip();
  }
}
