package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.simulator.NvmlStandIn;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The agent's image on a server that has no Java, and its installation.
class ImageTest {
  @TempDir static Path folder;
  @TempDir Path own;
  private static Path image;

  @BeforeAll
  static void unpack() throws Exception {
    image = AgentImage.unpacked(folder);
  }

  @Test
  void runsWithItsOwnJava() throws Exception {
    assertThat(new Shell(image).run("bin/lockstep-agent", "--version"))
        .startsWith("lockstep agent ")
        .contains("JDK 25");
    assertThat(new Shell(image).run("bin/lockstep-agent", "--once"))
        .contains("\nsystem_memory_usage_bytes{", "\nsystem_uptime_seconds ", "system_filesystem_");
  }

  @Test
  void takesItsClassesFromTheArchiveThatCameWithIt() throws Exception {
    Path config = configuration("archive", own.resolve("archive-spool"));
    assertThat(fromArchive(image, config)).isGreaterThan(0.8);
    // as a package or an install moves it
    Path moved = own.resolve("moved");
    new Shell(own).run("cp", "-R", "--preserve=timestamps", image.toString(), moved.toString());
    assertThat(fromArchive(moved, config)).isGreaterThan(0.8);
  }

  /// Of an agent that nobody hears.
  private Path configuration(String name, Path spool) throws IOException {
    return Files.writeString(
        own.resolve(name + ".yaml"),
        """
        collectors: ["http://127.0.0.1:1"]
        spool: {folder: %s}
        listen: {address: "127.0.0.1:0"}
        """
            .formatted(spool));
  }

  /// Of the agent's own classes, the share that an agent that runs for some seconds has from there.
  private static double fromArchive(Path program, Path config) throws Exception {
    List<String> loaded =
        new Shell(program)
            .with(Map.of("LOCKSTEP_JAVA_OPTS", "-Xlog:class+load"))
            .run(
                "sh", "-c", "timeout 10 bin/lockstep-agent --config " + config + " || [ $? = 124 ]")
            .lines()
            .filter(line -> line.contains(" io.lockstep.") && line.contains(" source: "))
            .toList();
    assertThat(loaded).hasSizeGreaterThan(100);
    long archived = loaded.stream().filter(one -> one.contains("shared objects file")).count();
    return (double) archived / loaded.size();
  }

  @Test
  void readsGpusThroughTheLibraryThatItBrought() throws Exception {
    assumeTrue(NvmlStandIn.possible(), "no gcc to build the stand-in of NVML with");
    var nvml = new NvmlStandIn(own);
    nvml.gpus(8);
    String said =
        new Shell(image).run("bin/lockstep-agent", "--once", "--nvml", nvml.library().toString());
    for (int gpu = 0; gpu < 8; gpu++) {
      assertThat(said).contains(NvmlStandIn.uuid(gpu));
    }
  }

  @Test
  void isAServiceThatSaysHowItFares() throws Exception {
    assumeTrue(SystemdStandIn.possible(), "no python3 to stand in for systemd");
    Path config = configuration("agent", own.resolve("spool"));
    try (var systemd = new SystemdStandIn(own)) {
      Process agent =
          new Shell(image)
              .with(systemd.environment())
              .start("bin/lockstep-agent", "--config", config.toString());
      try {
        systemd.sees(agent);
      } finally {
        agent.destroyForcibly();
      }
    }
  }

  @Test
  void aCrashIsWrittenIntoTheServicesFolderAndToldOnceByTheNextRun() throws Exception {
    Path state = Files.createDirectory(own.resolve("state"));
    Path empty = Files.createDirectory(own.resolve("empty"));
    Path config = configuration("agent", state.resolve("spool"));
    Path report = state.resolve("agent-crash.log");
    for (int run = 0; run < 3; run++) {
      Shell shell = new Shell(empty).with(Map.of("STATE_DIRECTORY", state.toString()));
      Process agent = shell.start(image + "/bin/lockstep-agent", "--config", config.toString());
      try {
        String said = untilItRuns(agent);
        assertThat(said.contains("the agent before this one crashed")).isEqualTo(run > 0);
        assertThat(said).doesNotContain(report + "\n");
        new Shell(empty).run("kill", "-SEGV", Long.toString(agent.pid()));
        assertThat(agent.waitFor()).isEqualTo(134);
      } finally {
        agent.destroyForcibly();
      }
      assertThat(report).isNotEmptyFile();
    }
    try (Stream<Path> all = Files.list(state)) {
      assertThat(all.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("spool", "agent-crash.log", "agent-crash.log.told");
    }
    assertThat(empty).isEmptyDirectory();
  }

  /// What it logs up to then.
  private static String untilItRuns(Process agent) throws IOException {
    var said = new StringBuilder();
    var lines = agent.inputReader();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      said.append(line).append('\n');
      if (line.contains("agent starts version=")) {
        return said.toString();
      }
    }
    throw new AssertionError("it ended: " + said);
  }

  @Test
  void readsGpusInAProcessOfTheSameJavaWhichMayCrash() throws Exception {
    assumeTrue(NvmlStandIn.possible(), "no gcc to build the stand-in of NVML with");
    var nvml = new NvmlStandIn(own);
    nvml.gpus(8);
    Path config = own.resolve("agent.yaml");
    Files.writeString(
        config,
        """
        collectors: ["http://127.0.0.1:1"]
        spool: {folder: %s}
        listen: {address: "127.0.0.1:0"}
        samplers: {gpu: {isolation: process, library: %s}}
        """
            .formatted(own.resolve("spool"), nvml.library()));
    Process agent = new Shell(image).start("bin/lockstep-agent", "--config", config.toString());
    try (BufferedReader log = agent.inputReader()) {
      await(log, "gpu process starts pid=");
      String java = image.resolve("java/bin/java").toRealPath().toString();
      assertThat(agent.children().map(child -> child.info().command().orElse("ended")))
          .containsOnlyOnce(java);
      await(log, "gpu on library=");
      Thread.sleep(3000); // the agent knows the GPUs from the first round that the process answers
      nvml.set(3, "segfault", 1);
      nvml.write();
      // at once, or after a second crash where several were being read at the first
      assertThat(await(log, "goes on without GPU "))
          .contains("crashed in C [libnvidia-ml.so.1", "goes on without GPU 3 for 10 rounds");
      await(log, "gpu unresponsive uuid=" + NvmlStandIn.uuid(3));
      assertThat(own.resolve("spool/gpu-crash.log")).isNotEmptyFile();
      assertThat(agent.isAlive()).isTrue();
    } finally {
      agent.destroy();
      agent.waitFor();
    }
  }

  /// The next line of a log with these words.
  private static String await(BufferedReader log, String words) throws IOException {
    var said = new StringBuilder();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      said.append(line).append('\n');
      if (line.contains(words)) {
        return line;
      }
    }
    throw new AssertionError("no \"" + words + "\" but: " + said);
  }

  @Test
  void isInstalledAgainAndAgainAndTakenAway() throws Exception {
    Shell shell = new Shell(image).with(Map.of("DESTDIR", own.toString()));
    shell.run("./install");
    Path program = own.resolve("opt/lockstep/agent");
    Path config = own.resolve("etc/lockstep/agent.yaml");
    assertThat(new Shell(own).run(program.resolve("bin/lockstep-agent").toString(), "--version"))
        .startsWith("lockstep agent ");
    assertThat(own.resolve("etc/systemd/system/lockstep-agent.service")).exists();
    Files.writeString(config, "interval: 2s\n");
    Files.writeString(program.resolve("lib/of-an-older-version.jar"), "");
    shell.run("./install");
    assertThat(config).hasContent("interval: 2s\n");
    assertThat(program.resolve("lib/of-an-older-version.jar")).doesNotExist();
    assertThat(own.resolve("opt/lockstep")).isDirectoryNotContaining("glob:**.new");

    Path spool = Files.createDirectories(own.resolve("var/lib/lockstep/spool"));
    // the copy that was installed can do it as well: the tar.gz may be long gone
    Shell installed = new Shell(own).with(Map.of("DESTDIR", own.toString()));
    installed.run(program.resolve("install").toString(), "--undo");
    assertThat(files()).containsExactlyInAnyOrder(config, spool);
    shell.run("./install", "--undo");
    assertThat(files()).containsExactlyInAnyOrder(config, spool);
    shell.run("./install", "--undo", "--purge");
    assertThat(files()).isEmpty();
  }

  @Test
  void isNotInstalledBesideThePackage() throws Exception {
    Files.createDirectories(own.resolve("usr/lib/lockstep/agent"));
    Shell shell = new Shell(image).with(Map.of("DESTDIR", own.toString()));
    assertThat(shell.fails("./install")).contains("the package lockstep-agent is installed here");
    assertThat(own.resolve("opt")).doesNotExist();
  }

  @Test
  void whatOthersPutInItsPlaceIsLeftAlone() throws Exception {
    Shell shell = new Shell(image).with(Map.of("DESTDIR", own.toString()));
    Path other = Files.createDirectories(own.resolve("opt/lockstep/agent")).resolve("theirs");
    Files.writeString(other, "");
    assertThat(shell.fails("./install")).contains("is none of Lockstep's");
    Path token = Files.createDirectories(own.resolve("etc/lockstep")).resolve("token");
    Files.writeString(token, "");
    assertThat(shell.run("./install", "--undo", "--purge")).contains("kept: " + token);
    assertThat(files()).containsExactlyInAnyOrder(other, token);
  }

  /// Files and empty folders.
  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(own)) {
      return all.filter(path -> !path.equals(own))
          .filter(path -> !Files.isDirectory(path) || path.endsWith("spool"))
          .toList();
    }
  }
}
