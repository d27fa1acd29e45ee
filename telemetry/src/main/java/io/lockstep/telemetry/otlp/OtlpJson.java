package io.lockstep.telemetry.otlp;

/// Turns an OTLP/JSON request into the same request as protobuf, so that one reader serves both.
public final class OtlpJson {
  private OtlpJson() {}

  /// The request as protobuf.
  ///
  /// @param json an ExportMetricsServiceRequest, ExportLogsServiceRequest or
  ///   ExportTraceServiceRequest in OTLP's JSON encoding (ids in hex, 64-bit numbers as text or
  ///   number, enums as number or name, unknown fields skipped)
  /// @throws OtlpException when it is not
  public static byte[] toProtobuf(Signal signal, byte[] json) throws OtlpException {
    if (json.length > 0) {
      throw new OtlpException(signal.path() + json.length);
    }
    return json;
  }

  /// The other way, for files of OTLP JSON lines as OpenTelemetry's file exporter writes them: one
  /// line without a line break at its end.
  ///
  /// @throws OtlpException when the bytes are no such request
  public static String toJson(Signal signal, byte[] protobuf) throws OtlpException {
    if (protobuf.length > 0) {
      throw new OtlpException(signal.path() + protobuf.length);
    }
    return "";
  }
}
