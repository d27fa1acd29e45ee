package io.lockstep.launcher;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.simulator.Wire;
import io.lockstep.simulator.Yardstick;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A [SendersProgram] and what it says.
final class LoadGenerator implements AutoCloseable {
  private static final Duration END = Duration.ofSeconds(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Child child;
  private final BufferedReader lines;
  private boolean said;

  private LoadGenerator(Child child) {
    this.child = child;
    this.lines = child.lines();
  }

  /// What is sent.
  ///
  /// @param servers connections
  /// @param everySecond else as fast as it is acknowledged
  /// @param gzip else plain
  /// @param shape of what a server sends
  record Load(
      int servers,
      boolean everySecond,
      boolean gzip,
      Yardstick shape,
      Duration warmUp,
      Duration length) {
    /// Points that a stretch of so many seconds ought to have at least; 0 where as many come as can
    /// be.
    double due(double seconds) {
      return everySecond ? servers * shape.least(seconds) : 0;
    }
  }

  /// Where it is sent, and how.
  ///
  /// @param tokenFile holds the token that is sent; null for none
  /// @param goodbye whether the servers' agents say at the end that they stop
  record To(URI url, Wire wire, @Nullable Path tokenFile, boolean goodbye) {
    static To of(URI url, Wire wire) {
      return new To(url, wire, null, false);
    }
  }

  /// Starts it and waits until it is about to send.
  static LoadGenerator start(Path folder, To to, Load load)
      throws IOException, InterruptedException {
    var generator =
        new LoadGenerator(
            Child.speaking(
                "load generator",
                folder.resolve("load.log"),
                List.of("-Xmx2g", "-cp", System.getProperty("java.class.path")),
                List.of(SendersProgram.class.getName(), order(to, load).json())));
    generator.await("ready");
    return generator;
  }

  private static SendersProgram.Order order(To to, Load load) {
    return new SendersProgram.Order(
        to.url.toString(),
        to.tokenFile == null ? "" : to.tokenFile.toString(),
        load.servers,
        load.everySecond,
        load.gzip,
        to.wire,
        load.shape,
        load.warmUp.toMillis(),
        load.length.toMillis(),
        to.goodbye);
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
    SendersProgram.Result result = JSON.readValue(line(), SendersProgram.Result.class);
    said = true;
    return result;
  }

  private String line() throws IOException, InterruptedException {
    String line = lines.readLine();
    if (line == null) {
      child.waitFor(END);
      throw new IOException("the " + child.obituary());
    }
    return line;
  }

  /// When it has said goodbye, where it shall.
  @Override
  public void close() {
    try {
      if (said) {
        await("bye");
      }
    } catch (IOException _) {
      // It has ended: nobody says more.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    child.close();
  }
}
