package io.lockstep.telemetry.otlp;

/// OTLP's JSON encoding and protobuf, one turned into the other, so that one reader serves both.
public final class OtlpJson {
  private OtlpJson() {}

  /// The request as protobuf.
  ///
  /// @param json an ExportMetricsServiceRequest, ExportLogsServiceRequest or
  ///   ExportTraceServiceRequest in OTLP's JSON encoding (ids in hex, 64-bit numbers as text or
  ///   number, enums as number or name, unknown fields skipped, null is absent)
  /// @throws OtlpException when it is not; the message names the place
  public static byte[] toProtobuf(Signal signal, byte[] json) throws OtlpException {
    return JsonDecoder.decode(signal, json);
  }

  /// The other way, for files of OTLP JSON lines as OpenTelemetry's file exporter writes them: one
  /// line without a line break at its end.
  ///
  /// @throws OtlpException when the bytes are no such request
  public static String toJson(Signal signal, byte[] protobuf) throws OtlpException {
    return JsonEncoder.encode(signal, protobuf);
  }
}
