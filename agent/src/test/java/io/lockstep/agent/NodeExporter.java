package io.lockstep.agent;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The real [node_exporter](https://github.com/prometheus/node_exporter), where it is installed
/// (Debian's `prometheus-node-exporter`), to be compared with.
public final class NodeExporter {
  private static final Path PROGRAM = Path.of("/usr/bin/prometheus-node-exporter");

  private NodeExporter() {}

  /// What it shows with these options and no collector but theirs; skips the test where it is not
  /// installed.
  public static String shows(String... options) throws IOException {
    assumeThat(PROGRAM).as("prometheus-node-exporter is not installed").isExecutable();
    int port;
    try (var free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    var command = new ArrayList<>(List.of(PROGRAM.toString(), "--collector.disable-defaults"));
    command.addAll(List.of(options));
    command.add("--web.disable-exporter-metrics");
    command.add("--web.listen-address=127.0.0.1:" + port);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader log = process.inputReader()) {
      String line = log.readLine();
      while (line != null && !line.contains("TLS is disabled")) {
        line = log.readLine();
      }
      try (var in = URI.create("http://127.0.0.1:" + port + "/metrics").toURL().openStream()) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    } finally {
      process.destroy();
    }
  }
}
