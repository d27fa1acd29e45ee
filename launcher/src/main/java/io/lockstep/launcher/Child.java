package io.lockstep.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A daemon of ours in a JVM of its own. Its standard input is a pipe that nobody writes to: when
/// this process ends, even by `kill -9`, the pipe closes and the child ends itself.
final class Child implements AutoCloseable {
  private final String name;
  private final Path log;
  private final Process process;

  private Child(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /// Starts a main class.
  ///
  /// @param log where its output goes, appended; what it unpacks goes to `tmp` beside it
  /// @param jvm arguments of the JVM, class path included
  /// @param arguments the main class and its arguments
  static Child start(String name, Path log, List<String> jvm, List<String> arguments)
      throws IOException {
    return start(name, log, jvm, arguments, Map.of());
  }

  /// Starts a main class.
  ///
  /// @param environment what it is told beside what this process was
  static Child start(
      String name,
      Path log,
      List<String> jvm,
      List<String> arguments,
      Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder =
        builder(log, jvm, arguments)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    return new Child(name, log, builder.start());
  }

  /// Starts a main class whose standard output is read here, with [#lines()].
  ///
  /// @param log where its standard error goes, appended
  static Child speaking(String name, Path log, List<String> jvm, List<String> arguments)
      throws IOException {
    ProcessBuilder builder =
        builder(log, jvm, arguments).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return new Child(name, log, builder.start());
  }

  /// What it says, line by line, until it ends.
  BufferedReader lines() {
    return process.inputReader(StandardCharsets.UTF_8);
  }

  /// Runs a main class to its end.
  ///
  /// @return what it wrote to its standard output
  /// @throws IOException when it can't be started or does not end in time
  static String outputOf(Path log, List<String> jvm, List<String> arguments, Duration time)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(log.getParent(), "said", ".txt");
    try {
      ProcessBuilder builder =
          builder(log, jvm, arguments)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectOutput(out.toFile());
      Process process = builder.start();
      if (!process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IOException(arguments + " did not end within " + time.toSeconds() + " s");
      }
      return Files.readString(out);
    } finally {
      Files.deleteIfExists(out);
    }
  }

  private static ProcessBuilder builder(Path log, List<String> jvm, List<String> arguments)
      throws IOException {
    Path temporary = Files.createDirectories(log.resolveSibling("tmp"));
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:-UsePerfData");
    command.add("-Djava.io.tmpdir=" + temporary);
    command.add("-Djna.tmpdir=" + temporary);
    command.addAll(jvm);
    command.addAll(arguments);
    var builder = new ProcessBuilder(command);
    // Its file says all of its configuration; what is meant for another daemon must not change it.
    builder.environment().keySet().removeIf(variable -> variable.startsWith("LOCKSTEP_"));
    return builder;
  }

  String name() {
    return name;
  }

  boolean alive() {
    return process.isAlive();
  }

  Process process() {
    return process;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  long pid() {
    return process.pid();
  }

  /// Why it is not running, for people: its exit code and the end of its log.
  String obituary() {
    String end = process.isAlive() ? "is running" : "ended with code " + process.exitValue();
    return name + " " + end + "; the end of " + log + ":\n" + tail();
  }

  private String tail() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
    } catch (IOException e) {
      return "(can't be read: " + e.getMessage() + ")";
    }
  }

  /// Waits until it ends.
  ///
  /// @return whether it ended within the time
  boolean waitFor(Duration time) throws InterruptedException {
    return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Asks it to stop, and after 15 seconds makes it.
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
