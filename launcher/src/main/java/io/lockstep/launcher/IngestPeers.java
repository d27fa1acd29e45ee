package io.lockstep.launcher;

import io.lockstep.simulator.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a site would use instead to take what servers send, and how each is started. Tried with
/// VictoriaMetrics 1.79 and Prometheus 2.42, both Debian's; the rest is by their documentation.
final class IngestPeers {
  private static final Pattern VERSION = Pattern.compile("version v?([0-9]+)\\.");

  /// Also what has come in the last seconds is on the disk then.
  private static final Duration FLUSHED = Duration.ofSeconds(10);

  /// A kind of them.
  ///
  /// @param name what it goes by
  /// @param programs what its program may be called, the usual name first
  /// @param install how to get it
  /// @param wires how it may be written to, the best first
  /// @param stored which of its own metrics counts the values that it has; empty for none
  /// @param settle after which time it has written what it held back
  /// @param order how it is started
  record Kind(
      String name,
      List<String> programs,
      String install,
      List<Wire> wires,
      String stored,
      Duration settle,
      Order order) {}

  /// Writes what it needs and says how it is started.
  @FunctionalInterface
  interface Order {
    /// What follows the program on its command line.
    ///
    /// @param folder its own
    /// @param address where it is to listen
    List<String> of(Path program, Path folder, String address)
        throws IOException, InterruptedException;
  }

  static final List<Kind> ALL =
      List.of(
          new Kind(
              "victoriametrics",
              List.of("victoria-metrics-prod", "victoria-metrics"),
              "Debian's package victoria-metrics",
              List.of(Wire.OTLP_VICTORIAMETRICS, Wire.INFLUX),
              "vm_rows_added_to_storage_total",
              FLUSHED,
              (_, folder, address) ->
                  List.of(
                      "-storageDataPath=" + folder.resolve("data"), "-httpListenAddr=" + address)),
          new Kind(
              "prometheus",
              List.of("prometheus"),
              "Debian's package prometheus",
              List.of(Wire.OTLP_PROMETHEUS, Wire.REMOTE_WRITE),
              "prometheus_tsdb_head_samples_appended_total",
              Duration.ZERO,
              IngestPeers::prometheus),
          new Kind(
              "otelcol",
              List.of("otelcol", "otelcol-contrib"),
              "https://opentelemetry.io/docs/collector/installation/",
              List.of(Wire.OTLP),
              "",
              Duration.ZERO,
              IngestPeers::openTelemetryCollector));

  private IngestPeers() {}

  /// From 3.0 on it takes OTLP, and tells hosts apart by it only when told to.
  private static List<String> prometheus(Path program, Path folder, String address)
      throws IOException, InterruptedException {
    boolean otlp = version(program) >= 3;
    Path file = folder.resolve("prometheus.yaml");
    Files.writeString(
        file, otlp ? "otlp: {promote_resource_attributes: [host.name]}\n" : "global: {}\n");
    return List.of(
        "--config.file=" + file,
        "--storage.tsdb.path=" + folder.resolve("data"),
        "--web.listen-address=" + address,
        otlp ? "--web.enable-otlp-receiver" : "--web.enable-remote-write-receiver");
  }

  private static int version(Path program) throws IOException, InterruptedException {
    Process asked =
        new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
    byte[] said = asked.getInputStream().readAllBytes();
    asked.waitFor();
    Matcher version = VERSION.matcher(new String(said, StandardCharsets.UTF_8));
    if (!version.find()) {
      throw new IOException(program + " --version does not say a version");
    }
    return Integer.parseInt(version.group(1));
  }

  /// Into nothing: what receiving and decoding alone take.
  private static List<String> openTelemetryCollector(Path program, Path folder, String address)
      throws IOException {
    Path file = folder.resolve("otelcol.yaml");
    Files.writeString(
        file,
        """
        receivers: {otlp: {protocols: {http: {endpoint: "%s"}}}}
        exporters: {nop: {}}
        service:
          telemetry: {metrics: {level: none}}
          pipelines: {metrics: {receivers: [otlp], exporters: [nop]}}
        """
            .formatted(address));
    return List.of("--config", file.toString());
  }
}
