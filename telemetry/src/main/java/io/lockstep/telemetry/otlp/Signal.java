package io.lockstep.telemetry.otlp;

/// The three kinds of OTLP request.
public enum Signal {
  METRICS("/v1/metrics"),
  LOGS("/v1/logs"),
  TRACES("/v1/traces");

  private final String path;

  Signal(String path) {
    this.path = path;
  }

  /// The path of an OTLP/HTTP request of this signal.
  public String path() {
    return path;
  }
}
