package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  /// `lockstep-collector --version` is `collector --version`.
  @ParameterizedTest
  @ValueSource(strings = {"", "collector", "notify", "up", "explain"})
  void eachCommandSaysItsVersion(String command) {
    var said = new StringWriter();
    var line = Main.line().setOut(new PrintWriter(said));
    assertThat(line.execute((command + " --version").strip().split(" ", -1))).isZero();
    assertThat(said.toString()).startsWith("lockstep ").contains("JDK 25");
  }

  @Test
  void anImageWithoutAnAgentIsWrongUsage(@TempDir Path folder) {
    var said = new StringWriter();
    var line = Main.line().setErr(new PrintWriter(said));
    String data = folder.resolve("bench").toString();
    assertThat(line.execute("bench", "agent", "--data", data, "--image", "/nonexistent"))
        .isEqualTo(2);
    assertThat(said.toString())
        .contains("--image must be an unpacked image", "bin/lockstep-agent, is /nonexistent");
  }
}
