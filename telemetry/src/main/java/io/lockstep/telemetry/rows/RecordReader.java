package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;

/// Reads one record of a request: a metric, a log record or a span. One reader serves one request.
interface RecordReader {
  /// Reads one record and says what it holds, or why it can't be taken, to the [BatchRows].
  ///
  /// @throws OtlpException when the bytes are no such record; nothing of the request is used then
  void read(ProtoCursor message, Origin origin) throws OtlpException;
}
