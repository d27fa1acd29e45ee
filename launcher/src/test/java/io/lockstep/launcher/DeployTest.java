package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.agent.Config;
import io.lockstep.collector.CollectorConfig;
import io.lockstep.telemetry.config.Configs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What stands in `deploy/` as text.
class DeployTest {
  private static final Path DEPLOY = Path.of("..", "deploy");

  @TempDir Path folder;

  @Test
  void theFirstConfigurationsAreRight() throws Exception {
    Config agent =
        Configs.read(DEPLOY.resolve("agent.yaml"), Map.of(), Config.DEFAULT, Config.class);
    assertThat(agent.spool().folder()).isEqualTo(Path.of("/var/lib/lockstep/spool"));
    CollectorConfig collector =
        Configs.read(
            DEPLOY.resolve("collector.yaml"),
            Map.of(),
            CollectorConfig.DEFAULT,
            CollectorConfig.class);
    assertThat(collector.data()).isEqualTo(Path.of("/var/lib/lockstep/collector"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent.yaml", "collector.yaml"})
  void whatIsCommentedOutInThemIsRightAsWell(String name) throws Exception {
    Path full = folder.resolve(name);
    Files.writeString(
        full, Files.readString(DEPLOY.resolve(name)).replaceAll("(?m)^#(?! )|^#(?=  )", ""));
    if (name.equals("agent.yaml")) {
      Config agent = Configs.read(full, Map.of(), Config.DEFAULT, Config.class);
      assertThat(agent.send()).isNotEqualTo(Config.DEFAULT.send());
    } else {
      CollectorConfig collector =
          Configs.read(full, Map.of(), CollectorConfig.DEFAULT, CollectorConfig.class);
      assertThat(collector.receive()).isNotEqualTo(CollectorConfig.DEFAULT.receive());
    }
  }

  @Test
  void theAgentsUnitHidesNeitherGpusNorTheKernelsLogAndLetsAJvmCompile() throws Exception {
    List<String> unit = lines("lockstep-agent.service");
    assertThat(unit)
        .contains("AmbientCapabilities=CAP_SYSLOG", "CapabilityBoundingSet=CAP_SYSLOG")
        .noneMatch(line ->
            line.matches(
                "(Private(Devices|Users)|Device(Allow|Policy)|Protect(Clock|KernelLogs)"
                    + "|MemoryDenyWriteExecute|ProcSubset|ProtectProc)=.*"));
    assertThat(lines("lockstep-collector.service"))
        .noneMatch(line -> line.startsWith("MemoryDenyWriteExecute="));
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "collector"})
  void systemdFindsNothingWrongWithTheUnit(String part) throws Exception {
    assumeTrue(
        Stream.of("/usr/bin", "/bin")
            .anyMatch(bin -> Path.of(bin, "systemd-analyze").toFile().exists()),
        "no systemd-analyze (Debian package systemd)");
    String unit = Files.readString(DEPLOY.resolve("lockstep-" + part + ".service"));
    String start = "/opt/lockstep/" + part + "/bin/lockstep-" + part;
    assertThat(unit).contains("ExecStart=" + start + " --config /etc/lockstep/" + part + ".yaml\n");
    // it wants to see the program, which is not installed here
    Path file = folder.resolve("lockstep-" + part + ".service");
    Files.writeString(file, unit.replace(start, "/bin/true"));
    assertThat(new Shell(folder).run("systemd-analyze", "--man=no", "verify", file.toString()))
        .isEmpty();
  }

  @Test
  void theCollectorIsAServiceThatSaysHowItFares() throws Exception {
    assumeTrue(SystemdStandIn.possible(), "no python3 to stand in for systemd");
    Path config = folder.resolve("test.yaml");
    Files.writeString(
        config,
        """
        data: %s
        receive: {listen: {address: "127.0.0.1:0"}}
        http: {listen: {address: "127.0.0.1:0"}}
        """
            .formatted(folder.resolve("data")));
    try (var systemd = new SystemdStandIn(folder)) {
      Process collector =
          new Shell(folder)
              .with(systemd.environment())
              .start(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "@" + DEPLOY.resolve("collector.args").toAbsolutePath(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  "io.lockstep.launcher.Main",
                  "collector",
                  "--config",
                  config.toString());
      try {
        systemd.sees(collector);
      } finally {
        collector.destroyForcibly();
      }
    }
  }

  private static List<String> lines(String name) throws IOException {
    return Files.readAllLines(DEPLOY.resolve(name));
  }
}
