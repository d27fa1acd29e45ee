package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.OtlpJson;
import java.io.BufferedWriter;
import java.io.IOException;

/// Writes requests as OTLP JSON lines, one request each, as OpenTelemetry's file exporter does.
/// Does not close what it writes to.
final class OtlpFile {
  private final BufferedWriter out;
  private long lines;

  OtlpFile(BufferedWriter out) {
    this.out = out;
  }

  void write(Parcel parcel) throws IOException {
    out.write(json(parcel));
    out.write('\n');
    lines++;
  }

  private static String json(Parcel parcel) {
    try {
      return OtlpJson.toJson(parcel.signal(), parcel.body());
    } catch (OtlpException e) {
      throw new IllegalStateException("what the writer made must be OTLP", e);
    }
  }

  long lines() {
    return lines;
  }
}
