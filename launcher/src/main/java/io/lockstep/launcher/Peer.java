package io.lockstep.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A program that does some of what the agent does, and how it is told to read each second what it
/// can of the same server. Tried with node_exporter 1.5 and netdata 1.37; the others' options are
/// those of their documentation (telegraf 1.30, OpenTelemetry Collector 0.100, gpud 0.8).
///
/// @param name what it goes by in the table
/// @param programs what its program may be called, the usual name first
/// @param path of its page of values for Prometheus, with the scheme before it
/// @param order how it is started
record Peer(String name, List<String> programs, String path, Order order) {
  static final List<Peer> ALL =
      List.of(
          new Peer(
              "node_exporter",
              List.of("node_exporter", "prometheus-node-exporter"),
              "http:/metrics",
              Peer::nodeExporter),
          new Peer(
              "netdata",
              List.of("netdata"),
              "http:/api/v1/allmetrics?format=prometheus",
              Peer::netdata),
          new Peer("telegraf", List.of("telegraf"), "http:/metrics", Peer::telegraf),
          new Peer(
              "otelcol",
              List.of("otelcol-contrib", "otelcol"),
              "http:/metrics",
              Peer::openTelemetryCollector),
          new Peer("gpud", List.of("gpud"), "https:/metrics", Peer::gpud));

  /// Writes what it needs and says how it is started.
  @FunctionalInterface
  interface Order {
    /// What follows the program on its command line.
    List<String> of(Seat seat) throws IOException;
  }

  /// Where a peer runs.
  ///
  /// @param folder its own, for configuration and data
  /// @param root holds the `sys/` and `proc/` that it is to read, where it can be told to
  /// @param port of loopback that it is to listen on
  record Seat(Path folder, Path root, int port) {
    String address() {
      return "127.0.0.1:" + port;
    }

    Path write(String name, String text) throws IOException {
      return Files.writeString(folder.resolve(name), text);
    }
  }

  /// Its program, where one is on the PATH; null where none is.
  @Nullable Path program() {
    return onPath(programs);
  }

  /// The first of these programs in the first folder of the PATH that has one; null when none has.
  static @Nullable Path onPath(List<String> programs) {
    return on(System.getenv().getOrDefault("PATH", ""), programs);
  }

  /// The same of another PATH.
  static @Nullable Path on(String folders, List<String> programs) {
    for (String place : folders.split(":", -1)) {
      for (String program : programs) {
        Path file = Path.of(place).resolve(program);
        if (!place.isEmpty() && Files.isExecutable(file)) {
          return file;
        }
      }
    }
    return null;
  }

  /// Starts it, and waits until it gives values.
  ///
  /// @param folder gets its folder and its log
  /// @throws IOException when it does not; the message says why
  ScrapedPeer start(Path program, Path folder, BenchServer server)
      throws IOException, InterruptedException {
    Path own = Files.createDirectories(folder.resolve(name));
    var seat = new Seat(own, server.root(), freePort());
    var command = new ArrayList<>(List.of(program.toString()));
    command.addAll(order.of(seat));
    Path log = folder.resolve(name + ".log");
    var builder =
        new ProcessBuilder(command)
            .directory(own.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // through which gpud finds the GPUs
    builder.environment().put("LD_LIBRARY_PATH", Path.of(server.library()).getParent() + "");
    String url = path.replaceFirst(":", "://" + seat.address());
    return ScrapedPeer.start(name, builder, url, log);
  }

  /// A port of loopback that nobody listens on.
  static int freePort() throws IOException {
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static List<String> nodeExporter(Seat seat) {
    return List.of(
        "--web.listen-address=" + seat.address(),
        "--path.sysfs=" + seat.root().resolve("sys"),
        "--collector.infiniband");
  }

  /// Without its plugins that are programs of their own, in Python, Go or for each process.
  private static List<String> netdata(Seat seat) throws IOException {
    String folder = seat.folder().toString();
    Path file =
        seat.write(
            "netdata.conf",
            """
            [global]
              run as user = %1$s
              host access prefix = %2$s
            [directories]
              cache = %3$s
              lib = %3$s
              log = %3$s
              config = %3$s
            [db]
              mode = ram
              update every = 1
            [ml]
              enabled = no
            [health]
              enabled = no
            [plugins]
              enable running new plugins = no
              apps = no
              cgroups = no
              python.d = no
              go.d = no
              charts.d = no
              ebpf = no
              tc = no
              perf = no
              slabinfo = no
            """
                .formatted(System.getProperty("user.name"), seat.root(), folder));
    return List.of(
        "-D", "-c", file.toString(), "-i", "127.0.0.1", "-p", String.valueOf(seat.port()));
  }

  private static List<String> telegraf(Seat seat) throws IOException {
    Path file =
        seat.write(
            "telegraf.conf",
            """
            [agent]
              interval = "1s"
              flush_interval = "1s"
              quiet = true
            [[outputs.prometheus_client]]
              listen = "%s"
            [[inputs.cpu]]
            [[inputs.mem]]
            [[inputs.swap]]
            [[inputs.system]]
            [[inputs.kernel]]
            [[inputs.processes]]
            [[inputs.disk]]
            [[inputs.diskio]]
            [[inputs.net]]
            [[inputs.netstat]]
            """
                .formatted(seat.address()));
    return List.of("--config", file.toString());
  }

  private static List<String> openTelemetryCollector(Seat seat) throws IOException {
    Path file =
        seat.write(
            "otelcol.yaml",
            """
            receivers:
              hostmetrics:
                collection_interval: 1s
                scrapers: {cpu: {}, memory: {}, load: {}, disk: {}, filesystem: {}, network: {}, paging: {}}
            exporters:
              prometheus: {endpoint: "%s"}
            service:
              telemetry: {metrics: {level: none}}
              pipelines: {metrics: {receivers: [hostmetrics], exporters: [prometheus]}}
            """
                .formatted(seat.address()));
    return List.of("--config", file.toString());
  }

  /// It reads once a minute, which nothing changes; its page is asked each second all the same.
  /// What is measured does not put another version of itself in its place.
  private static List<String> gpud(Seat seat) {
    return List.of(
        "run",
        "--listen-address=" + seat.address(),
        "--data-dir=" + seat.folder(),
        "--enable-auto-update=false",
        "--log-level=warn");
  }
}
