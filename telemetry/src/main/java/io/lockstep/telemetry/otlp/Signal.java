package io.lockstep.telemetry.otlp;

/// The three kinds of OTLP request.
public enum Signal {
  METRICS("/v1/metrics", "metrics.v1.MetricsService"),
  LOGS("/v1/logs", "logs.v1.LogsService"),
  TRACES("/v1/traces", "trace.v1.TraceService");

  private final String path;
  private final String method;

  Signal(String path, String service) {
    this.path = path;
    this.method = "/opentelemetry.proto.collector." + service + "/Export";
  }

  /// The path of an OTLP/HTTP request of this signal.
  public String path() {
    return path;
  }

  /// The path of an OTLP/gRPC call of this signal.
  public String method() {
    return method;
  }
}
