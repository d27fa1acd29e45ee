package io.lockstep.agent.judge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// What became of one run of a script of `deploy/`, by the plainest shell that is here.
///
/// @param out standard output and standard error
record Script(int code, String out) {
  private static final Path DEPLOY = Path.of("..", "deploy").toAbsolutePath().normalize();

  /// Runs a script with these variables and no others.
  static Script run(String name, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    boolean dash = Files.isExecutable(Path.of("/usr/bin/dash"));
    var command = new ArrayList<String>(List.of(dash ? "/usr/bin/dash" : "/bin/sh"));
    command.add(DEPLOY.resolve(name).toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Script(process.exitValue(), out);
  }
}
