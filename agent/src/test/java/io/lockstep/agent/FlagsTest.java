package io.lockstep.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlagsTest {
  private static @Nullable Flags plain(String line) {
    return Flags.plain(line.isEmpty() ? new String[0] : line.split(" "));
  }

  @Test
  void readsALineThatOnlyRunsTheAgent() {
    assertThat(plain("--config /etc/lockstep/agent.yaml"))
        .isEqualTo(
            new Flags(
                Path.of("/etc/lockstep/agent.yaml"), null, List.of(), null, null, null, false));
    assertThat(plain("")).isEqualTo(new Flags(null, null, List.of(), null, null, null, false));
    assertThat(
            plain(
                "--host=a=b --collector http://x:1 --collector=http://y:2 --root /r --nvml /n.so"
                    + " --kernel-log=/k --exit-with-stdin"))
        .isEqualTo(
            new Flags(
                null,
                "a=b",
                List.of(URI.create("http://x:1"), URI.create("http://y:2")),
                Path.of("/r"),
                "/n.so",
                Path.of("/k"),
                true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--config a --check-config",
        "--config a --once",
        "inventory",
        "--config",
        "--config --host",
        "--config a --config b",
        "--config=",
        "--confg a",
        "a",
        "--collector http://[",
        "--config @file",
        "@file",
        "--exit-with-stdin --exit-with-stdin",
        "--exit-with-stdin=true",
      })
  void leavesEveryOtherLineToWhoKnowsAllOptions(String line) {
    assertThat(plain(line)).isNull();
  }

  @Test
  void aFlagGoesBeforeTheDefault() throws Exception {
    Config config =
        Objects.requireNonNull(plain("--host h --kernel-log /k --collector http://x:1")).config();
    assertThat(config.host()).isEqualTo("h");
    assertThat(config.samplers().kernelLog().file()).isEqualTo(Path.of("/k"));
    assertThat(config.collectors()).containsExactly(URI.create("http://x:1"));
  }
}
