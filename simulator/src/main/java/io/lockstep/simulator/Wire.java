package io.lockstep.simulator;

/// How [Senders] write: what the other side takes.
public enum Wire {
  /// OTLP over HTTP with batch ids, as agents send it.
  OTLP("/v1/metrics"),
  /// OTLP over HTTP where VictoriaMetrics takes it (from 1.92 on).
  OTLP_VICTORIAMETRICS("/opentelemetry/v1/metrics"),
  /// OTLP over HTTP where Prometheus takes it (from 3.0 on, when told to).
  OTLP_PROMETHEUS("/api/v1/otlp/v1/metrics"),
  /// InfluxDB's line protocol, a line for each row of the contract.
  INFLUX("/write?precision=ms"),
  /// Prometheus' remote write, 1.0.
  REMOTE_WRITE("/api/v1/write");

  private final String path;

  Wire(String path) {
    this.path = path;
  }

  /// Below the other side's address.
  public String path() {
    return path;
  }

  /// The content type of a body.
  public String type() {
    return this == INFLUX ? "text/plain; charset=utf-8" : "application/x-protobuf";
  }

  /// A body that says nothing, to see whether the other side takes any: Snappy's empty block is a
  /// zero, an empty message is nothing.
  public byte[] nothing() {
    return this == REMOTE_WRITE ? new byte[1] : new byte[0];
  }
}
