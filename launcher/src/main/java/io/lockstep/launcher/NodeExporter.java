package io.lockstep.launcher;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// node_exporter with its InfiniBand collector, scraped every second, where it is installed.
final class NodeExporter implements AutoCloseable {
  private static final List<String> NAMES = List.of("node_exporter", "prometheus-node-exporter");

  private final Process process;
  private final URI url;
  private final AtomicLong values = new AtomicLong();
  private final Thread scraper;

  private NodeExporter(Process process, URI url) {
    this.process = process;
    this.url = url;
    this.scraper = Thread.ofPlatform().daemon().name("scraper").start(this::scrapeEachSecond);
  }

  /// Starts it.
  ///
  /// @param folder gets its log
  /// @param root holds the `sys/` that it reads
  /// @return null where it is not on the PATH
  static @Nullable NodeExporter start(Path folder, Path root) throws IOException {
    for (String place : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      for (String name : NAMES) {
        Path program = Path.of(place).resolve(name);
        if (!place.isEmpty() && Files.isExecutable(program)) {
          return start(program, folder, root);
        }
      }
    }
    return null;
  }

  private static NodeExporter start(Path program, Path folder, Path root) throws IOException {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--web.listen-address=127.0.0.1:" + port,
                "--path.sysfs=" + root.resolve("sys"),
                "--collector.infiniband")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("node_exporter.log").toFile())
            .start();
    return new NodeExporter(process, URI.create("http://127.0.0.1:" + port + "/metrics"));
  }

  private void scrapeEachSecond() {
    try {
      while (true) {
        Thread.sleep(1000);
        scrape();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void scrape() {
    try {
      var connection = (HttpURLConnection) url.toURL().openConnection();
      connection.setReadTimeout(5000);
      String text = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      values.set(text.lines().filter(line -> !line.startsWith("#")).count());
    } catch (IOException _) {
      // not up yet; that it has ended is seen by whoever measures it
    }
  }

  Process process() {
    return process;
  }

  /// Values of the last scrape.
  long values() {
    return values.get();
  }

  @Override
  public void close() {
    scraper.interrupt();
    process.destroy();
  }
}
