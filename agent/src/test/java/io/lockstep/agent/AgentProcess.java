package io.lockstep.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A real agent in a process of its own.
final class AgentProcess implements AutoCloseable {
  /// For what must come: no machine is so slow, and a test that waits in vain ends.
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Pattern PORT = Pattern.compile("listen=127\\.0\\.0\\.1:([0-9]+)");

  private final Process process;
  private final Path log;

  private AgentProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /// Starts `java … Main` with arguments.
  ///
  /// @param folder of its log
  /// @param before what the command begins with, `ulimit` for example; empty for nothing
  static AgentProcess start(Path folder, String before, List<String> arguments) throws IOException {
    var command = new ArrayList<String>();
    command.addAll(
        List.of("/bin/sh", "-c", (before.isEmpty() ? "" : before + "; ") + "exec \"$@\"", "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx48m", "-XX:TieredStopAtLevel=1"));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=info"); // not the tests'
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    command.addAll(arguments);
    Path log = Files.createTempFile(folder, "agent", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new AgentProcess(process, log);
  }

  /// Writes a configuration file.
  static Path config(Path folder, URI collector) throws IOException {
    return Files.writeString(
        folder.resolve("agent.yaml"),
        """
        host: node-1
        collectors: [%s]
        interval: 200ms
        spool:
          folder: %s
        judge:
          file: %s
        listen:
          address: 127.0.0.1:0
        samplers:
          kernel_log: {file: "%s"}
        """
            .formatted(
                collector,
                folder.resolve("spool"),
                folder.resolve("verdict"),
                folder.resolve("what this machine's log says is not for a test")));
  }

  /// Waits until it listens.
  AgentProcess up() throws IOException, InterruptedException {
    awaitLog("agent starts");
    return this;
  }

  /// Waits until its log says so.
  void awaitLog(String text) throws IOException, InterruptedException {
    await("the log says " + text, () -> log().contains(text));
  }

  /// What a test waits for.
  interface Condition {
    boolean holds() throws IOException;
  }

  /// Waits for it, as long as the agent runs.
  void await(String what, Condition condition) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      boolean runs = process.isAlive(); // looked at first: its last word counts
      if (condition.holds()) {
        return;
      }
      assertThat(runs).as("agent ended before %s; its log:\n%s", what, log()).isTrue();
      assertThat(System.nanoTime()).as("waits until %s; its log:\n%s", what, log()).isLessThan(end);
      Thread.sleep(20);
    }
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /// Posts spans; the HTTP status, or 0 when there was no answer.
  int post(byte[] protobuf) throws IOException, InterruptedException {
    Matcher port = PORT.matcher(log());
    assertThat(port.find()).as("%s", log()).isTrue();
    URI uri = URI.create("http://127.0.0.1:" + port.group(1) + "/v1/traces");
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/x-protobuf")
            .timeout(PATIENCE)
            .POST(BodyPublishers.ofByteArray(protobuf))
            .build();
    try {
      return CLIENT.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException _) {
      return 0;
    }
  }

  /// Waits until it has ended.
  ///
  /// @return its exit code
  int end() throws IOException, InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("%s", log()).isTrue();
    return process.exitValue();
  }

  void terminate() {
    process.destroy();
  }

  void hangup() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-HUP", String.valueOf(process.pid())).start().waitFor();
  }

  void closeInput() throws IOException {
    process.outputWriter(UTF_8).close();
  }

  /// As `kill -9`.
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
