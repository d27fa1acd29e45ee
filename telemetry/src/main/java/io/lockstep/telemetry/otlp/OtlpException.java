package io.lockstep.telemetry.otlp;

import java.io.IOException;

/// A request that is not OTLP: truncated, nested too deep, of wrong types. The message names the
/// place and says what was expected.
public final class OtlpException extends IOException {
  public OtlpException(String message) {
    super(message);
  }
}
