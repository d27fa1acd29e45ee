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

/// The collector's packages: what is in them, and their life on a server, beside an agent's. To be
/// quick they have next to nothing of a Java and of jars; what else is in them is the real thing.
class CollectorPackageTest {
  private static final Path DEPLOY = Path.of("..", "deploy").toAbsolutePath();
  private static final String CONFIG = "etc/lockstep/collector.yaml";
  private static final String UNIT = "lockstep-collector.service";
  private static final String PROGRAM = "usr/lib/lockstep/collector";

  @TempDir static Path folder;
  private static PackageTool packages;
  private static Path older;
  private static Path current;
  private static Path agent;

  @TempDir Path own;
  private BareServer server;
  private SortedSet<String> bare;

  @BeforeAll
  static void makeImages() throws Exception {
    packages = new PackageTool(folder);
    older = image("collector", "0.0.9", "older.jar");
    current = image("collector", "0.1.0", "lockstep-launcher.jar");
    agent = image("agent", "0.1.0", "lockstep-agent.jar");
  }

  /// As `deploy/image` lays it out.
  private static Path image(String part, String version, String jar)
      throws IOException, InterruptedException {
    String name = "lockstep-" + part + "-" + version + "-linux-" + processor();
    Path image = Files.createDirectories(folder.resolve(name));
    for (String each : List.of("bin", "lib", "java/bin", "share/man", "share/completion")) {
      Files.createDirectories(image.resolve(each));
    }
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Files.copy(java, image.resolve("java/bin/java"));
    Files.writeString(image.resolve("lib").resolve(jar), "");
    for (String file :
        List.of(part + ".args", part + ".yaml", "lockstep-" + part + ".service", "install")) {
      Files.copy(DEPLOY.resolve(file), image.resolve(file));
    }
    Files.copy(DEPLOY.resolve("../LICENSE"), image.resolve("LICENSE"));
    Files.copy(DEPLOY.resolve("../NOTICE"), image.resolve("NOTICE"));
    String program = "lockstep-" + part;
    copy(DEPLOY.resolve(program), image.resolve("bin").resolve(program));
    copy(DEPLOY.resolve("man/" + program + ".8"), image.resolve("share/man/" + program + ".8"));
    copy(DEPLOY.resolve("completion/" + program), image.resolve("share/completion/" + program));
    Path archive = folder.resolve(name + ".tar.gz");
    new Shell(folder).run("tar", "-czf", archive.toString(), name);
    return archive;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static String processor() throws IOException, InterruptedException {
    return new Shell(Path.of(".")).run("uname", "-m").strip();
  }

  @BeforeEach
  void makeServer() throws Exception {
    server = BareServer.make(own);
    bare = server.files();
  }

  private String deb(String part, Path image) throws IOException, InterruptedException {
    return packages.of("deb", part, image).toString();
  }

  private String rpm(Path image) throws IOException, InterruptedException {
    return packages.of("rpm", "collector", image).toString();
  }

  @Test
  void aDebLivesAndDiesBesideAnAgents() throws Exception {
    PackageTool.needs("dpkg");
    PackageTool.needsRoot();
    server.prepareForDpkg();
    packages.dpkg(own, "-i", deb("agent", agent));
    SortedSet<String> withAgent = server.files();
    server.askedOfSystemd();

    packages.dpkg(own, "-i", deb("collector", older));
    isInstalled();
    Path stored = isUsed();
    packages.dpkg(own, "-i", deb("collector", current));
    isUpgraded(stored);
    packages.dpkg(own, "-r", "lockstep-collector");
    assertThat(server.askedOfSystemd()).contains("stop " + UNIT);
    keepsConfigurationAndData(stored, withAgent);
    packages.dpkg(own, "-P", "lockstep-collector");
    assertThat(server.files()).isEqualTo(withAgent);
    assertThat(own.resolve("etc/passwd")).content().contains("lockstep");
    packages.dpkg(own, "-P", "lockstep-agent");
    assertThat(server.files()).isEqualTo(bare);
    assertThat(own.resolve("etc/passwd")).content().doesNotContain("lockstep");
  }

  @Test
  void anRpmLivesAndDies() throws Exception {
    PackageTool.needs("rpmbuild");
    PackageTool.needsRoot();
    packages.rpm(own, "-i", rpm(older));
    isInstalled();
    Path stored = isUsed();
    packages.rpm(own, "-U", rpm(current));
    isUpgraded(stored);
    packages.rpm(own, "-e", "lockstep-collector");
    assertThat(server.askedOfSystemd()).contains("stop " + UNIT);
    Files.move(own.resolve(CONFIG + ".rpmsave"), own.resolve(CONFIG));
    keepsConfigurationAndData(stored, bare);
  }

  private void isInstalled() throws IOException, InterruptedException {
    assertThat(server.askedOfSystemd())
        .contains("daemon-reload")
        .noneMatch(one -> one.startsWith("start"));
    assertThat(own.resolve("etc/passwd"))
        .content()
        .contains(":/var/lib/lockstep:/usr/sbin/nologin");
    assertThat(server.access(CONFIG)).startsWith("0:").doesNotContain(":0 ").endsWith(" 640");
    assertThat(own.resolve("usr/bin/lockstep-collector"))
        .isSymbolicLink()
        .hasSameBinaryContentAs(own.resolve(PROGRAM + "/bin/lockstep-collector"));
    assertThat(own.resolve("usr/lib/systemd/system/" + UNIT))
        .content()
        .contains("ExecStart=/usr/lib/lockstep/collector/bin/lockstep-collector --config")
        .doesNotContain("/opt/");
    assertThat(own.resolve("usr/share/man/man8/lockstep-collector.8.gz")).exists();
    assertThat(own.resolve("usr/share/bash-completion/completions/lockstep-collector")).exists();
    assertThat(own.resolve(PROGRAM + "/lib/older.jar")).exists();
  }

  private Path isUsed() throws IOException {
    Files.writeString(own.resolve(CONFIG), "data: /var/lib/lockstep/collector\n");
    server.file("var/lib/lockstep/collector-crash.log", "#");
    return server.file("var/lib/lockstep/collector/store/rows", "history");
  }

  private void isUpgraded(Path stored) throws IOException, InterruptedException {
    assertThat(server.askedOfSystemd())
        .containsSubsequence("daemon-reload", "try-restart " + UNIT)
        .noneMatch(asked -> asked.startsWith("stop") || asked.contains("disable"));
    assertThat(own.resolve(PROGRAM + "/lib/older.jar")).doesNotExist();
    assertThat(own.resolve(PROGRAM + "/lib/lockstep-launcher.jar")).exists();
    assertThat(own.resolve(CONFIG)).hasContent("data: /var/lib/lockstep/collector\n");
    assertThat(stored).hasContent("history");
  }

  private void keepsConfigurationAndData(Path stored, SortedSet<String> before) throws IOException {
    var left = server.files();
    left.removeAll(before);
    left.removeAll(List.of("etc/lockstep", "var/lib/lockstep"));
    assertThat(left)
        .containsExactlyInAnyOrder(
            CONFIG,
            "var/lib/lockstep/collector-crash.log",
            "var/lib/lockstep/collector",
            "var/lib/lockstep/collector/store",
            own.relativize(stored).toString());
    assertThat(own.resolve(CONFIG)).hasContent("data: /var/lib/lockstep/collector\n");
  }
}
