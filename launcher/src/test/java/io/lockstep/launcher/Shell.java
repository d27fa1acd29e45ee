package io.lockstep.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// Commands as someone types them on a bare server: no JAVA_HOME, nothing but the system's own
/// programs on the PATH.
record Shell(Path folder, Map<String, String> more) {
  private static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

  Shell(Path folder) {
    this(folder, Map.of());
  }

  /// The same with variables of its environment.
  Shell with(Map<String, String> variables) {
    return new Shell(folder, variables);
  }

  Process start(String... command) throws IOException {
    var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", PATH);
    builder.environment().putAll(more);
    return builder.start();
  }

  /// Whether it ends well.
  static boolean succeeds(String... command) throws IOException, InterruptedException {
    Process process = new Shell(Path.of(".")).start(command);
    process.getInputStream().readAllBytes();
    return process.waitFor() == 0;
  }

  /// Runs it to its end, which must be a good one.
  ///
  /// @return what it printed
  String run(String... command) throws IOException, InterruptedException {
    Process process = start(command);
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as("%s said:%n%s", String.join(" ", command), said).isZero();
    return said;
  }

  /// Runs it to its end, which must be a bad one.
  ///
  /// @return what it printed
  String fails(String... command) throws IOException, InterruptedException {
    Process process = start(command);
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as("%s said:%n%s", String.join(" ", command), said).isNotZero();
    return said;
  }
}
