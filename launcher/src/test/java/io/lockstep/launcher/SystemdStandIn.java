package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// In systemd's place: a datagram socket, held by a Python process, that services report to.
final class SystemdStandIn implements AutoCloseable {
  private static final String LISTEN =
      """
      import socket, sys
      inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      inbox.bind(sys.argv[1])
      inbox.settimeout(120)
      print("listens", flush=True)
      while True:
          print(inbox.recv(4096).decode(), flush=True)
      """;

  private final Path socket;
  private final Process process;
  private final BufferedReader said;

  SystemdStandIn(Path folder) throws IOException {
    socket = folder.resolve("notify");
    process =
        new ProcessBuilder("python3", "-c", LISTEN, socket.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    said = process.inputReader();
    assertThat(next()).isEqualTo("listens");
  }

  /// Whether there is a Python to hold the socket.
  static boolean possible() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3")));
  }

  /// What a service with a watchdog finds in its environment.
  Map<String, String> environment() {
    return Map.of("NOTIFY_SOCKET", socket.toString(), "WATCHDOG_USEC", "200000");
  }

  /// The next report; waits for it.
  String next() throws IOException {
    String line = said.readLine();
    assertThat(line).as("a report").isNotNull();
    return line;
  }

  /// Readiness, several signs of life; then, when it is told to end, that it stops.
  void sees(Process service) throws IOException, InterruptedException {
    assertThat(next()).isEqualTo("READY=1");
    for (String sign : List.of(next(), next(), next())) {
      assertThat(sign).isEqualTo("WATCHDOG=1");
    }
    service.destroy();
    String last = next();
    while (last.equals("WATCHDOG=1")) {
      last = next();
    }
    assertThat(last).isEqualTo("STOPPING=1");
    assertThat(service.waitFor()).isEqualTo(143);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
