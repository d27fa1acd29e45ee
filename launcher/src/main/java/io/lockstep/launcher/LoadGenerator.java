package io.lockstep.launcher;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A [SendersProgram] and what it says.
final class LoadGenerator implements AutoCloseable {
  private static final Duration END = Duration.ofSeconds(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Child child;
  private final BufferedReader lines;

  private LoadGenerator(Child child) {
    this.child = child;
    this.lines = child.lines();
  }

  /// What is sent.
  ///
  /// @param servers connections
  /// @param everySecond else as fast as it is acknowledged
  /// @param gzip else plain
  record Load(int servers, boolean everySecond, boolean gzip, Duration warmUp, Duration length) {}

  /// Starts it and waits until it is about to send.
  static LoadGenerator start(Path folder, URI url, Load load)
      throws IOException, InterruptedException {
    var generator =
        new LoadGenerator(
            Child.speaking(
                "load generator",
                folder.resolve("load.log"),
                List.of("-Xmx2g", "-cp", System.getProperty("java.class.path")),
                List.of(
                    SendersProgram.class.getName(),
                    url.toString(),
                    String.valueOf(load.servers),
                    load.everySecond ? "1s" : "max",
                    load.gzip ? "gzip" : "plain",
                    String.valueOf(load.warmUp.toMillis()),
                    String.valueOf(load.length.toMillis()))));
    generator.await("ready");
    return generator;
  }

  ProcessHandle process() {
    return child.handle();
  }

  /// Waits until it says so.
  void await(String word) throws IOException, InterruptedException {
    String line = line();
    if (!word.equals(line)) {
      throw new IOException("the load generator said \"" + line + "\" for \"" + word + "\"");
    }
  }

  /// What it says last.
  SendersProgram.Result result() throws IOException, InterruptedException {
    return JSON.readValue(line(), SendersProgram.Result.class);
  }

  private String line() throws IOException, InterruptedException {
    String line = lines.readLine();
    if (line == null) {
      child.waitFor(END);
      throw new IOException("the " + child.obituary());
    }
    return line;
  }

  @Override
  public void close() {
    child.close();
  }
}
