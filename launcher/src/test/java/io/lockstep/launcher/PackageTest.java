package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The agent's packages: what is in them, and their life on a server without Java, in a root of its
/// own.
class PackageTest {
  private static final String CONFIG = "etc/lockstep/agent.yaml";

  @TempDir static Path folder;
  private static Path archive;
  private static Path older;
  private static PackageTool packages;

  @TempDir Path own;
  private BareServer server;
  private SortedSet<String> bare;

  /// An older version has the same scripts, a jar that the new one has no more, and to be quick
  /// next to nothing of its Java.
  @BeforeAll
  static void makeImages() throws Exception {
    packages = new PackageTool(folder);
    archive = AgentImage.archive();
    Path there = Files.createDirectories(folder.resolve("older"));
    Path image = AgentImage.unpacked(there);
    String name =
        image.getFileName().toString().replaceFirst("agent-.*-linux", "agent-0.0.9-linux");
    new Shell(image).run("sh", "-c", "rm -r java/lib java/legal lib/*.jar && touch lib/older.jar");
    Files.move(image, there.resolve(name));
    older = folder.resolve(name + ".tar.gz");
    new Shell(there).run("tar", "-czf", older.toString(), name);
  }

  @BeforeEach
  void makeServer() throws Exception {
    server = BareServer.make(own);
    bare = server.files();
  }

  private static String deb(Path image) throws IOException, InterruptedException {
    return packages.of("deb", "agent", image).toString();
  }

  private static String rpm(Path image) throws IOException, InterruptedException {
    return packages.of("rpm", "agent", image).toString();
  }

  @Test
  void aDebLivesAndDiesOnAServerWithoutJava() throws Exception {
    PackageTool.needs("dpkg");
    PackageTool.needsRoot();
    server.prepareForDpkg();
    String old = deb(older);
    String current = deb(archive);

    dpkg("-i", old);
    isInstalled();
    Path spooled = isUsed();
    dpkg("-i", current);
    isUpgraded(spooled);

    dpkg("-r", "lockstep-agent");
    assertThat(server.askedOfSystemd()).contains("stop lockstep-agent.service");
    keepsOnlyConfigurationAndSpool(spooled);
    dpkg("-i", current);
    dpkg("-i", old); // back again, with what the newer one left
    assertThat(own.resolve(CONFIG)).hasContent("interval: 2s\n");
    server.file("var/lib/lockstep/agent-crash.log", "#");
    server.file("var/lib/lockstep/agent-crash.log.told", "#");
    dpkg("-P", "lockstep-agent");
    assertThat(server.files()).isEqualTo(bare);
    assertThat(own.resolve("etc/passwd")).content().doesNotContain("lockstep");
  }

  @Test
  void anRpmLivesAndDiesOnAServerWithoutJava() throws Exception {
    PackageTool.needs("rpmbuild");
    PackageTool.needsRoot();
    rpm("-i", rpm(older));
    isInstalled();
    Path spooled = isUsed();
    rpm("-U", rpm(archive));
    isUpgraded(spooled);

    rpm("-e", "lockstep-agent");
    assertThat(server.askedOfSystemd()).contains("stop lockstep-agent.service");
    // rpm knows no purge; what was changed by hand it keeps under a name that nobody reads
    Files.move(own.resolve(CONFIG + ".rpmsave"), own.resolve(CONFIG));
    keepsOnlyConfigurationAndSpool(spooled);
  }

  @Test
  void neitherIsInstalledBesideAnInstallFromATarGz() throws Exception {
    PackageTool.needs("dpkg");
    PackageTool.needsRoot();
    server.prepareForDpkg();
    Path other = server.file("opt/lockstep/agent/install", "");
    other.toFile().setExecutable(true);
    String said =
        new Shell(folder).fails("dpkg", "--root=" + own, "--log=/dev/null", "-i", deb(older));
    assertThat(said).contains("/opt/lockstep/agent/install --undo");
    assertThat(own.resolve("usr/lib/lockstep")).doesNotExist();
  }

  @Test
  void theSameImageGivesTheSamePackage() throws Exception {
    for (String kind : new String[] {"deb", "rpm"}) {
      PackageTool.needs(kind.equals("deb") ? "dpkg-deb" : "rpmbuild");
      byte[] first = Files.readAllBytes(made(kind));
      byte[] second = Files.readAllBytes(made(kind));
      assertThat(second).as(kind).isEqualTo(first);
    }
  }

  private Path made(String kind) throws IOException, InterruptedException {
    return new PackageTool(own).make(List.of(), kind, "agent", older);
  }

  @Test
  void whatIsAskedForWronglyIsNamed() throws Exception {
    Shell shell = new Shell(folder);
    assertThat(shell.fails(PackageTool.PROGRAM.toString(), "apk"))
        .contains("deploy/package deb|rpm");
    assertThat(shell.fails(PackageTool.PROGRAM.toString(), "--image", "nowhere", "deb"))
        .contains("there is no file nowhere");
    assertThat(
            shell.fails(
                PackageTool.PROGRAM.toString(), "--image", older.toString(), "deb", "collector"))
        .contains("is no image of the collector");
  }

  private void isInstalled() throws IOException, InterruptedException {
    assertThat(server.askedOfSystemd()).contains("daemon-reload");
    String passwd = Files.readString(own.resolve("etc/passwd"));
    assertThat(passwd).contains(":/var/lib/lockstep:/usr/sbin/nologin");
    String group = passwd.replaceAll("(?s).*\nlockstep:x:[0-9]+:([0-9]+):.*", "$1");
    assertThat(server.access(CONFIG)).isEqualTo("0:" + group + " 640");
    assertThat(own.resolve("usr/lib/lockstep/agent/lib/older.jar")).exists();
  }

  /// By whoever administers it, and by the agent.
  private Path isUsed() throws IOException {
    Files.writeString(own.resolve(CONFIG), "interval: 2s\n");
    return server.file("var/lib/lockstep/spool/segment", "batches");
  }

  private void isUpgraded(Path spooled) throws IOException, InterruptedException {
    assertThat(server.askedOfSystemd())
        .containsSubsequence("daemon-reload", "try-restart lockstep-agent.service")
        .noneMatch(asked -> asked.startsWith("stop") || asked.contains("disable"));
    assertThat(own.resolve("usr/lib/lockstep/agent/lib/older.jar")).doesNotExist();
    assertThat(own.resolve(CONFIG)).hasContent("interval: 2s\n");
    assertThat(server.access(CONFIG)).doesNotContain(":0 ").endsWith(" 640");
    assertThat(spooled).hasContent("batches");
    if (Shell.succeeds("unshare", "--mount", "true")) { // which containers may not be allowed
      runsAsSystemdWouldStartIt();
    }
  }

  private void runsAsSystemdWouldStartIt() throws IOException, InterruptedException {
    assertThat(server.run("/usr/bin/lockstep-agent", "--version"))
        .startsWith("lockstep agent ")
        .contains("JDK 25");
    String unit = Files.readString(own.resolve("usr/lib/systemd/system/lockstep-agent.service"));
    String start = unit.replaceAll("(?s).*\nExecStart=([^ ]+) .*", "$1");
    assertThat(server.run(start, "--config", "/" + CONFIG, "--check-config"))
        .isEqualTo("configuration is right\n");
    assertThat(server.run("/bin/sh", "-c", "/usr/bin/lockstep-agent check --slurm; echo $?"))
        .contains("does not run")
        .endsWith("3\n");
  }

  private void keepsOnlyConfigurationAndSpool(Path spooled) throws IOException {
    var left = server.files();
    left.removeAll(bare);
    assertThat(left)
        .containsExactlyInAnyOrder(
            "etc/lockstep",
            CONFIG,
            "var/lib/lockstep",
            "var/lib/lockstep/spool",
            own.relativize(spooled).toString());
    assertThat(own.resolve(CONFIG)).hasContent("interval: 2s\n");
  }

  private void dpkg(String... arguments) throws IOException, InterruptedException {
    packages.dpkg(own, arguments);
  }

  private void rpm(String... arguments) throws IOException, InterruptedException {
    packages.rpm(own, arguments);
  }
}
